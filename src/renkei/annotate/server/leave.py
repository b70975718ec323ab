"""Leave a case that cannot be read, and give its part to somebody else.

Nothing that the other readers may see changes: the part keeps its alias, the task its state.
"""

from datetime import UTC, datetime, timedelta
from random import SystemRandom
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.protocol import (
    ENDED,
    AttemptMove,
    AttemptState,
    Leaving,
    TaskState,
    Unreadable,
    move_attempt,
)
from renkei.annotate.server.amend import begin_amendment
from renkei.annotate.server.assign import add_part, close_view
from renkei.annotate.server.credential import candidates, check_credentials
from renkei.annotate.server.find import NoSuchAttemptError, find_own, find_task, move_part
from renkei.annotate.server.propose import case_of_task
from renkei.annotate.server.tables import Attempt, Task
from renkei.annotate.team import propose
from renkei.errors import ConflictError
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import as_system, transaction

IDLE = timedelta(days=14)
# What stands in the coordinator's queue.
LEFT = (AttemptState.CANNOT_READ, AttemptState.EXPIRED, AttemptState.DOUBTED)
# The amender is told no more than that.
DOUBTED = "another_reading"


class PartNotLeftError(ConflictError):
    """Somebody still has this part."""


class NobodyFitsError(ConflictError):
    """No reader may have this part."""


async def leave_attempt(
    session: AsyncSession, *, attempt_id: UUID, why: Unreadable, note: str
) -> Attempt:
    """Leave a case that the actor cannot read; it goes to the coordinator's queue, drafts stay.

    Raises:
        NoSuchAttemptError: There is none, or it is somebody else's.
        AttemptStateError: It was handed in.
        ReasonMissingError: `other` without a note.
    """
    attempt = await find_own(session, attempt_id=attempt_id, lock=True)
    attempt.state = move_attempt(attempt.state, AttemptMove.CANNOT_READ, Leaving(why, note))
    attempt.unreadable, attempt.note = why.value, note
    attempt.lease, attempt.lease_until = None, None
    await session.flush()
    await record(session, "annotate.cannot_read", attempt, why=why.value)
    with as_system(session, "a case that was left"):
        task = await find_task(session, task_id=attempt.task_id)
        await close_view(session, task, attempt.user_id)
    return attempt


def left_parts() -> Select[Attempt]:
    """Return the query for parts that wait for somebody else, doubted ones of signed labels too."""
    doubted = (Attempt.state == AttemptState.DOUBTED) & (Task.state == TaskState.SIGNED)
    return (
        select(Attempt)
        .join(Task, Task.id == Attempt.task_id)
        .where(Attempt.state.in_(LEFT), Task.state.not_in(ENDED) | doubted)
    )


async def hand_on(
    session: AsyncSession, *, attempt_id: UUID, user_id: UUID | None = None
) -> Attempt:
    """Give a part that was left to somebody else, or to who fits best.

    What is signed is amended by them instead: it stays until the new is signed.

    Raises:
        NoSuchAttemptError: There is none.
        PartNotLeftError: Somebody has it, or another coordinator gives it away right now.
        CredentialMissingError: The person may not read this case.
        NobodyFitsError: Nobody may.
        TaskStateError, TaskOpenError, OnlyVolumesAmendedError: Nobody can amend these labels now.
    """
    query = select(Attempt).where(Attempt.id == attempt_id)
    if await session.scalar(query) is None:
        raise NoSuchAttemptError("There is no such part; choose one from the queue.")
    # Two who empty the queue at once take different parts instead of waiting for each other.
    query = query.where(Attempt.state.in_(LEFT)).with_for_update(skip_locked=True)
    left = await session.scalar(query.execution_options(populate_existing=True))
    if left is None:
        raise PartNotLeftError("Somebody has this part; look at the queue again.")
    task = await find_task(session, task_id=left.task_id, lock=True)
    case = await case_of_task(session, task)
    if user_id is None:
        people = propose(await candidates(session), case, datetime.now(UTC), SystemRandom())
        if not people:
            raise NobodyFitsError("No reader may have this part; add one or end the task.")
        user_id = UUID(people[0].user)
    else:
        await check_credentials(session, [user_id], case)
    if left.state is AttemptState.DOUBTED and task.state is not TaskState.READING:
        left.state = move_part(left, "accept")
        return await begin_amendment(session, task_id=task.id, user_id=user_id, reason=DOUBTED)
    left.state = move_part(left, "release")
    await session.flush()
    await record(session, "annotate.release", left)
    await close_view(session, task, left.user_id)
    return await add_part(session, task, user_id, left.part, left.alias)


async def give_back(session: AsyncSession, *, attempt_id: UUID, note: str) -> Attempt:
    """Give a part back to who left it, with an answer.

    Raises:
        NoSuchAttemptError: There is none.
        AttemptStateError: It was not left.
    """
    query = select(Attempt).where(Attempt.id == attempt_id).with_for_update()
    left = await session.scalar(query.execution_options(populate_existing=True))
    if left is None:
        raise NoSuchAttemptError("There is no such part; choose one from the queue.")
    left.state, left.unreadable, left.note = move_part(left, "return"), None, note
    await session.flush()
    await record(session, "annotate.return", left, why=note)
    return left


async def expire_idle() -> int:
    """Put what nobody has drawn in for two weeks into the coordinator's queue; the draft stays."""
    async with transaction(system("attempts that lie idle")) as session:
        query = select(Attempt).where(
            Attempt.state == AttemptState.OPEN, Attempt.lease_until < datetime.now(UTC) - IDLE
        )
        rows = list(await session.scalars(query.with_for_update(skip_locked=True)))
        for attempt in rows:
            attempt.state = move_part(attempt, "expire")
            attempt.lease, attempt.lease_until = None, None
            await record(session, "annotate.expire", attempt)
    return len(rows)
