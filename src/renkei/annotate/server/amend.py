"""After signing: amend labels by a new version beside the old one, or have a case read again."""

from datetime import UTC, datetime, timedelta
from random import SystemRandom
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.protocol import (
    AttemptState,
    Move,
    Part,
    Standing,
    TaskState,
    TaskStateError,
    move_task,
)
from renkei.annotate.protocols import load_protocol
from renkei.annotate.server.assign import (
    SIDES,
    TaskOpenError,
    add_part,
    check_no_part,
    check_readers,
)
from renkei.annotate.server.credential import check_credentials
from renkei.annotate.server.find import find_label, find_task, move
from renkei.annotate.server.propose import case_of_task
from renkei.annotate.server.tables import Arm, Attempt, LabelVersion, Signature, Task
from renkei.errors import ConflictError, DataRefusedError
from renkei.server.audit import record

APART = timedelta(days=28)
AMENDER = "amender"
OPEN = (TaskState.EXCLUDED, TaskState.WITHDRAWN, TaskState.SIGNED)


class ReadTooRecentlyError(ConflictError):
    """A case is read again after 28 days at the earliest, or it would be remembered."""


class OnlyVolumesAmendedError(DataRefusedError):
    """The outlines of a slide are not amended in place."""


async def begin_amendment(
    session: AsyncSession, *, task_id: UUID, user_id: UUID, reason: str
) -> Attempt:
    """Open signed labels to somebody who had no part; what is signed stays until the new is.

    Raises:
        NoSuchTaskError: There is none.
        TaskStateError: It is not signed.
        ReasonMissingError: No reason is given.
        OnlyVolumesAmendedError: It is a slide.
        NotAReaderError: The person is no active reader.
        TaskOpenError: The person had a part, or the image is being read for this vocabulary.
        CredentialMissingError: The person may not.
    """
    task = await find_task(session, task_id=task_id, lock=True)
    after = move_task(task.state, Move.AMEND, Standing(reason=reason))
    if task.slide_id is not None:
        raise OnlyVolumesAmendedError("Hand the slide out again; its outlines are drawn anew.")
    await check_readers(session, [user_id])
    await _refuse_open(session, task)
    await check_no_part(session, task, user_id)
    await check_credentials(session, [user_id], await case_of_task(session, task))
    attempt = await add_part(session, task, user_id, Part.READER, AMENDER)
    attempt.base_label_id, attempt.arm = task.candidate_id, Arm.PREFILL
    task.state, task.reason = after, reason
    await session.flush()
    await record(session, "annotate.amend", task, why=reason)
    return attempt


async def amended(session: AsyncSession, task: Task, label: LabelVersion) -> None:
    """Send amended labels to review; who drew what they began from stays an author."""
    before = await find_label(session, label_id=task.candidate_id)
    label.authors = sorted({*before.authors, *label.authors})
    task.candidate_id, task.state = label.id, move(task, "propose")


async def read_again(session: AsyncSession, *, task_id: UUID) -> Task:
    """Have a signed case read again by the same people under new aliases.

    Raises:
        NoSuchTaskError: There is none.
        TaskStateError: It is not signed.
        ReadTooRecentlyError: It was signed less than 28 days ago.
        TaskOpenError: The image is being read for this vocabulary already.
        CredentialMissingError: Somebody may not read it any more.
    """
    task = await find_task(session, task_id=task_id, lock=True)
    query = select(Signature.created_at).where(Signature.task_id == task.id)
    signed = await session.scalar(query.order_by(Signature.number.desc()).limit(1))
    if task.state is not TaskState.SIGNED or signed is None:
        raise TaskStateError("Only a signed case is read again.", state=task.state.value)
    if datetime.now(UTC) - signed < APART:
        raise ReadTooRecentlyError("Wait until 28 days have passed, so that nobody remembers it.")
    await _refuse_open(session, task)
    parts = list(
        await session.scalars(
            select(Attempt).where(
                Attempt.task_id == task.id,
                Attempt.alias.in_([*SIDES, Part.ADJUDICATOR.value]),
                Attempt.state.not_in([AttemptState.RELEASED, AttemptState.CANNOT_READ]),
            )
        )
    )
    again = await _same_image(session, task)
    users = [part.user_id for part in parts]
    await check_credentials(session, users, await case_of_task(session, again))
    readers = [part.user_id for part in parts if part.part is Part.READER]
    SystemRandom().shuffle(readers)
    for alias, user_id in zip(SIDES, readers, strict=False):
        await add_part(session, again, user_id, Part.READER, alias)
    for part in parts:
        if part.part is Part.ADJUDICATOR:
            await add_part(session, again, part.user_id, part.part, part.alias)
    await record(session, "annotate.read_again", again)
    return again


async def _refuse_open(session: AsyncSession, task: Task) -> None:
    image = Task.series_id == task.series_id if task.series_id else Task.slide_id == task.slide_id
    query = select(Task.id).where(image, Task.vocabulary == task.vocabulary)
    query = query.where(Task.state.not_in(OPEN), Task.gold_label_id.is_(None))
    if await session.scalar(query.limit(1)) is not None:
        raise TaskOpenError("This image is being read already; wait for that task to end.")


async def _same_image(session: AsyncSession, task: Task) -> Task:
    again = Task(
        subject_id=task.subject_id,
        site_id=task.site_id,
        series_id=task.series_id,
        slide_id=task.slide_id,
        modality=task.modality,
        vocabulary=task.vocabulary,
        protocol=task.protocol,
        readers_left=load_protocol(task.protocol).readers,
        state=TaskState.READY,
        image=task.image,
        image_object_id=task.image_object_id,
        source_sha256=task.source_sha256,
        reread_of=task.id,
    )
    session.add(again)
    await session.flush()
    return again
