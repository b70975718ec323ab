"""Open again what a reader handed in whom hidden cases have flagged: somebody else reads it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.protocol import DONE, AttemptState, Part, TaskState
from renkei.annotate.server.find import find_task, move, move_part
from renkei.annotate.server.tables import Attempt, Task
from renkei.server.audit import record

# Signed labels stay as they are until somebody amends them; the coordinator decides that.
DOUBTED_IN = (
    TaskState.READING,
    TaskState.COMPARING,
    TaskState.UNBLINDED,
    TaskState.DISPUTED,
    TaskState.ADJUDICATING,
    TaskState.REVIEW,
    TaskState.SIGNED,
)
# In these somebody else of the task may still be reading.
READ_NOW = (TaskState.READING, TaskState.UNBLINDED)


async def doubt_readings(
    session: AsyncSession, *, user_id: UUID, since: datetime | None, why: str
) -> list[Attempt]:
    """Take a reader's readings since a moment out of their tasks; they wait for somebody else.

    A task that was compared or proposed goes back to reading and is compared anew; what others
    drew and decided stays.
    """
    query = (
        select(Attempt)
        .join(Task, Task.id == Attempt.task_id)
        .where(
            Attempt.user_id == user_id,
            Attempt.part == Part.READER,
            Attempt.state.in_(DONE),
            Task.gold_label_id.is_(None),
            Task.state.in_(DOUBTED_IN),
        )
        .order_by(Attempt.task_id)
    )
    if since is not None:
        query = query.where(Attempt.submitted_at > since)
    doubted = []
    for attempt in list(await session.scalars(query)):
        task = await find_task(session, task_id=attempt.task_id, lock=True)
        if task.state not in DOUBTED_IN:
            continue
        attempt.state = move_part(attempt, "doubt")
        if task.state is not TaskState.SIGNED:
            await _reopen(session, task)
        await session.flush()
        await record(session, "annotate.doubt", attempt, why=why)
        doubted.append(attempt)
    return doubted


async def _reopen(session: AsyncSession, task: Task) -> None:
    left = task.readers_left if task.state in READ_NOW else 0
    task.state, task.candidate_id = move(task, "reopen"), None
    task.readers_left = left + 1
    judges = select(Attempt).where(
        Attempt.task_id == task.id,
        Attempt.part == Part.ADJUDICATOR,
        Attempt.state == AttemptState.SUBMITTED,
    )
    for judge in await session.scalars(judges):
        judge.state = move_part(judge, "return")
