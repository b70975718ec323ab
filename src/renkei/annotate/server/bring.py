"""Bring labels in from files: as strokes of an attempt, or as an imported version of their own."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.annotate.files import Format
from renkei.annotate.server.draw import append, canvas_now, check_lease
from renkei.annotate.server.element import put_outlines
from renkei.annotate.server.find import ImageFiles, find_own, find_task, words_of
from renkei.annotate.server.keep import Made, Target, keep_label
from renkei.annotate.server.tables import Attempt, LabelVersion, Origin, Task
from renkei.annotate.slides import check_outline, to_elements
from renkei.annotate.strokes import canvas_of, difference, pack_table
from renkei.annotate.vocabulary import Vocabulary, load_vocabulary
from renkei.annotate.work import import_outlines, import_packed
from renkei.errors import DataRefusedError, NotFoundError
from renkei.imaging.labels import unpack
from renkei.imaging.outlines import Outline
from renkei.proof import canonical, digest
from renkei.server.audit import record
from renkei.server.db import actor_of
from renkei.subjects.server.files import record_file, series_files
from renkei.subjects.server.tables import Record, RecordKind, Series, Slide

SECONDS = 300.0


class NoSuchRecordError(NotFoundError):
    """There is no such label record, or none that the actor may see."""


class NothingReferredError(DataRefusedError):
    """The record does not say which image its labels belong to, or that image is not there."""


async def bring_labels(
    session: AsyncSession,
    *,
    attempt_id: UUID,
    lease: UUID,
    data: bytes,
    kind: Format,
    values: Mapping[int, str] | None = None,
) -> Attempt:
    """Replace what an attempt draws by a file's labels, as one stroke or as polygons.

    Raises:
        NoSuchAttemptError: There is none, or it is somebody else's.
        LeaseHeldError: Another window draws in it.
        DataRefusedError: The file holds no labels of this vocabulary on this image.
    """
    attempt = await find_own(session, attempt_id=attempt_id, lock=True)
    check_lease(attempt, lease)
    task = await find_task(session, task_id=attempt.task_id)
    if task.slide_id is not None:
        outlines = await compute.run(
            import_outlines, data, kind.value, task.vocabulary, seconds=SECONDS
        )
        await put_outlines(session, attempt, task, outlines)
    else:
        packed, _ = await _import(data, kind, task.vocabulary, task.image or {}, values)
        await _replace(session, attempt, task, packed)
    await record(session, "annotate.bring", attempt)
    return attempt


async def _replace(session: AsyncSession, attempt: Attempt, task: Task, packed: bytes) -> None:
    words = words_of(task)
    before = await canvas_now(session, attempt, task)
    runs = difference(before, canvas_of(unpack(packed), words), words)
    if len(runs):
        voxels = before[words.groups[0]].size
        await append(session, attempt, pack_table(runs, words, voxels))


async def _import(
    data: bytes,
    kind: Format,
    vocabulary: str,
    image: ImageFiles | dict[str, Any],
    values: Mapping[int, str] | None,
) -> tuple[bytes, str]:
    named = None if values is None else dict(values)
    return await compute.run(
        import_packed, data, kind.value, vocabulary, image, named, seconds=SECONDS
    )


async def import_record(
    session: AsyncSession,
    *,
    record_id: UUID,
    vocabulary: str,
    values: Mapping[int, str] | None = None,
) -> LabelVersion:
    """Make a label version of a label file that a hospital sent along; again gives the same one.

    Raises:
        NoSuchRecordError: There is none, or none that the actor may see.
        NothingReferredError: Its image is not there.
        DataRefusedError: The file holds no labels of this vocabulary on this image.
    """
    query = select(Record).where(Record.id == record_id, Record.kind == RecordKind.LABEL)
    row: Record | None = await session.scalar(query)
    if row is None:
        raise NoSuchRecordError(
            "There is no such label record; choose one from the list of records."
        )
    words = load_vocabulary(vocabulary)
    image = await _referred(session, row)
    data = await record_file(session, row.id)
    if isinstance(image, Slide):
        outlines = await compute.run(
            import_outlines, data, row.format, words.reference, seconds=SECONDS
        )
        made = _outlines(outlines, words, image)
    else:
        files = (await series_files(session, image.id), image.source.value, image.modality)
        packed, found = await _import(data, Format(row.format), words.reference, files, values)
        made = Made(packed, found, _absent(packed))
    target = Target(
        subject_id=row.subject_id,
        site_id=row.site_id,
        series_id=None if isinstance(image, Slide) else image.id,
        slide_id=image.id if isinstance(image, Slide) else None,
        vocabulary=words.reference,
    )
    known = select(LabelVersion).where(
        LabelVersion.subject_id == row.subject_id,
        LabelVersion.hash == made.hash,
        LabelVersion.origin == Origin.IMPORTED,
    )
    label: LabelVersion | None = await session.scalar(known)
    if label is None:
        authors = [f"record:{row.id}"]
        label = await keep_label(session, target, made, origin=Origin.IMPORTED, authors=authors)
        await record(session, "annotate.import", label, why=actor_of(session).role.value)
    return label


async def _referred(session: AsyncSession, row: Record) -> Series | Slide:
    refers = row.refers or {}
    found: Series | Slide | None = None
    if "series_uid" in refers:
        found = await session.scalar(
            select(Series).where(
                Series.site_id == row.site_id, Series.series_uid == refers["series_uid"]
            )
        )
    elif "sha256" in refers:
        found = await session.scalar(
            select(Slide).where(
                Slide.subject_id == row.subject_id, Slide.sha256 == refers["sha256"]
            )
        )
    if found is None:
        raise NothingReferredError(
            "The image that these labels belong to is not there; send it first."
        )
    return found


def _outlines(outlines: tuple[Outline, ...], words: Vocabulary, slide: Slide) -> Made:
    for outline in outlines:
        check_outline(outline, words, slide.width, slide.height)
    body = {"vocabulary": words.reference, "elements": to_elements(outlines), "absent": []}
    data = canonical(body)
    return Made(data, digest(data), ())


def _absent(packed: bytes) -> tuple[str, ...]:
    return tuple(s.name for s in unpack(packed).segments if not s.mask.any())
