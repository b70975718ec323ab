"""Roots of a task: the full reader's and what comes back from it, and a slide's."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.annotate.marks import Mark
from renkei.annotate.reencode import (
    DESCRIPTION,
    SEGMENTATIONS,
    Returned,
    merged,
    read_returned,
    write_drawn,
)
from renkei.annotate.server.draw import append, canvas_now, check_lease, open_attempt
from renkei.annotate.server.find import find_own, find_task, words_of
from renkei.annotate.server.mark import put_mark
from renkei.annotate.server.root_tables import AttemptRoot, ReturnedObject
from renkei.annotate.server.tables import Attempt, MarkRevision, Task
from renkei.annotate.strokes import Canvas, difference, drawn, pack_table
from renkei.annotate.view import geometry_of_header
from renkei.annotate.work import pack_canvas
from renkei.dicomweb.alias import alias_of, alias_of_id
from renkei.dicomweb.server.returned import Answer, takes_back
from renkei.dicomweb.server.roots import NoSuchRootError, Opened, close_root, grant_root
from renkei.dicomweb.server.tables import Purpose, Root, RootObject
from renkei.errors import RenkeiError, UsageError
from renkei.server.audit import record
from renkei.server.db import actor_of
from renkei.server.storage import store
from renkei.subjects.server.files import series_files
from renkei.subjects.server.tables import Series, Source, Study

SECONDS = 300.0


class NoFullReaderError(UsageError):
    """The full reader shows DICOM series only."""


class NoSlideError(UsageError):
    """The task is not on a slide."""


async def open_reader(
    session: AsyncSession, *, attempt_id: UUID, take: bool = False
) -> tuple[Opened, str]:
    """Open an attempt in the full reader; return the root and the study's UID there.

    The reader's root becomes the one window that draws; an older one of the attempt closes.

    Raises:
        NoSuchAttemptError: There is none, or it is somebody else's.
        LeaseHeldError: Another window draws in it, and `take` does not end its lease.
        NoFullReaderError: The image is no DICOM series.
    """
    attempt = await open_attempt(session, attempt_id=attempt_id, take=take)
    task = await find_task(session, task_id=attempt.task_id)
    study_uid = await _study_of(session, task)
    names = (task.image or {}).get("sop_uids", ())
    if study_uid is None or task.series_id is None or not names or not all(names):
        raise NoFullReaderError("The full reader shows DICOM series; draw this case here.")
    for old in await session.scalars(
        select(AttemptRoot.root_id).where(AttemptRoot.attempt_id == attempt.id)
    ):
        await close_root(session, root_id=old)
    opened = await grant_root(
        session,
        user_id=attempt.user_id,
        purpose=Purpose.TASK,
        series_ids=[task.series_id],
        labels=[term.en for term in words_of(task).terms if term.is_drawn],
    )
    root = str(opened.root.id)
    row = AttemptRoot(**_of(attempt), root_id=opened.root.id, lease=_lease(attempt))
    session.add(row)
    await session.flush()
    await record(session, "annotate.open_reader", row)
    uids = alias_of(root, "drawn series"), alias_of(root, "drawn")
    await _show_drawn(session, opened.root, attempt, task, uids)
    return opened, alias_of(root, study_uid)


async def open_slide(session: AsyncSession, *, task_id: UUID) -> tuple[Opened, str]:
    """Open a root over a task's slide; return it and where the slide lies, by an alias.

    Raises:
        NoSuchTaskError: There is no such task, or none that the actor may see.
        NoSlideError: The task is not on a slide.
    """
    task = await find_task(session, task_id=task_id)
    if task.slide_id is None:
        raise NoSlideError("This task is on a volume; ask for its slabs.")
    opened = await grant_root(
        session,
        user_id=UUID(actor_of(session).id),
        purpose=Purpose.TASK,
        slide_ids=[task.slide_id],
    )
    return opened, f"{opened.path}/slides/{alias_of_id(str(opened.root.id), task.slide_id)}"


@takes_back(Purpose.TASK)
async def take_returned(session: AsyncSession, root: Root, data: bytes) -> Answer:
    """Keep an object as it came, then take it into the attempt, or say why not.

    Raises:
        NoSuchRootError: The root is not one of an attempt.
    """
    row = await session.scalar(select(AttemptRoot).where(AttemptRoot.root_id == root.id))
    if row is None:
        raise NoSuchRootError("There is no such root; open the case again.")
    attempt = await find_own(session, attempt_id=row.attempt_id, lock=True)
    task = await find_task(session, task_id=attempt.task_id)
    kept = await store(session, data, site_id=attempt.site_id, subject_id=attempt.subject_id)
    came = await _read(data, task, root)
    returned = ReturnedObject(
        **_of(attempt),
        root_id=root.id,
        object_id=kept.id,
        sha256=kept.plain_sha256,
        sop_class_uid=came.sop_class_uid[:64],
        sop_uid=came.sop_uid[:64],
    )
    session.add(returned)
    await session.flush()
    refused = came.refused or await _take(session, root, attempt, task, row.lease, came)
    if refused is not None:
        returned.refused, returned.why = refused.code, str(refused)
    returned.seq = attempt.last_seq
    await session.flush()
    await record(session, "annotate.return", returned, why=returned.refused or "taken")
    return Answer(returned.sop_class_uid, returned.sop_uid, returned.why)


async def _read(data: bytes, task: Task, root: Root) -> Returned:
    image, words = task.image or {}, task.vocabulary
    try:
        return await compute.run(read_returned, data, image, words, str(root.id), seconds=SECONDS)
    except RenkeiError as error:
        return Returned(refused=error)


async def _take(
    session: AsyncSession, root: Root, attempt: Attempt, task: Task, lease: UUID, came: Returned
) -> RenkeiError | None:
    try:
        # What was begun is undone when it is refused; the raw object stays.
        async with session.begin_nested():
            check_lease(attempt, lease)
            if came.labels is not None:
                await _draw(session, attempt, task, came.labels)
            for name, mark in came.marks:
                await _set(session, attempt, lease, name, mark)
    except RenkeiError as error:
        await session.refresh(attempt)
        return error
    if came.sop_class_uid in SEGMENTATIONS:
        await _show_drawn(session, root, attempt, task, (came.series_uid, came.sop_uid))
    return None


async def _draw(session: AsyncSession, attempt: Attempt, task: Task, labels: bytes) -> None:
    words = words_of(task)
    before = await canvas_now(session, attempt, task)
    runs = difference(before, merged(before, labels, words), words)
    if len(runs):
        voxels = before[words.groups[0]].size
        await append(session, attempt, pack_table(runs, words, voxels))


async def _set(session: AsyncSession, attempt: Attempt, lease: UUID, name: str, mark: Mark) -> None:
    mark_id = uuid5(attempt.id, name)
    newest = await session.scalar(
        select(func.max(MarkRevision.revision)).where(
            MarkRevision.attempt_id == attempt.id, MarkRevision.mark_id == mark_id
        )
    )
    same = await session.scalar(
        select(MarkRevision.points).where(
            MarkRevision.attempt_id == attempt.id,
            MarkRevision.mark_id == mark_id,
            MarkRevision.revision == newest,
        )
    )
    if same == [list(place) for place in mark.points]:
        return
    await put_mark(
        session,
        attempt_id=attempt.id,
        lease=lease,
        mark_id=mark_id,
        revision=(newest or 0) + 1,
        mark=mark,
    )


async def _show_drawn(
    session: AsyncSession, root: Root, attempt: Attempt, task: Task, uids: tuple[str, str]
) -> None:
    """Show what is drawn below the root, coded by the vocabulary and named after the reader."""
    canvas: Canvas = await canvas_now(session, attempt, task)
    keys = [key for key, mask in drawn(canvas, words_of(task)).items() if mask.any()]
    if not keys or task.series_id is None:
        return
    grid = geometry_of_header(task.image or {})
    packed, _ = pack_canvas(canvas, grid, task.vocabulary, keys)
    files: Sequence[bytes] = await series_files(session, task.series_id)
    written = await compute.run(
        write_drawn, packed, files, str(root.id), attempt.alias, uids, seconds=SECONDS
    )
    kept = await store(session, written, site_id=attempt.site_id, subject_id=attempt.subject_id)
    await session.execute(
        update(RootObject).where(RootObject.root_id == root.id).values(current=False)
    )
    known = select(RootObject).where(RootObject.root_id == root.id, RootObject.sop_uid == uids[1])
    shown: RootObject | None = await session.scalar(known)
    if shown is None:
        shown = RootObject(
            root_id=root.id,
            subject_id=attempt.subject_id,
            site_id=attempt.site_id,
            study_uid=alias_of(str(root.id), await _study_of(session, task) or ""),
            series_uid=uids[0],
            sop_uid=uids[1],
            sop_class_uid=SEGMENTATIONS[0],
            modality="SEG",
            description=DESCRIPTION,
            object_id=kept.id,
        )
        session.add(shown)
    shown.object_id, shown.current = kept.id, True
    await session.flush()


async def _study_of(session: AsyncSession, task: Task) -> str | None:
    uid: str | None = await session.scalar(
        select(Study.study_uid)
        .join(Series, Series.study_id == Study.id)
        .where(Series.id == task.series_id, Series.source == Source.DICOM)
    )
    return uid


def _of(attempt: Attempt) -> dict[str, Any]:
    return {
        "subject_id": attempt.subject_id,
        "site_id": attempt.site_id,
        "attempt_id": attempt.id,
        "user_id": attempt.user_id,
    }


def _lease(attempt: Attempt) -> UUID:
    if attempt.lease is None:
        raise NoFullReaderError("Open the attempt before you draw.")
    return attempt.lease
