"""Hidden cases: signed labels that readers are tested on without knowing which case it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.protocol import TaskState, TaskStateError
from renkei.annotate.protocols import protocols
from renkei.annotate.server.credential import pause_reader
from renkei.annotate.server.doubt import doubt_readings
from renkei.annotate.server.find import find_task, move
from renkei.annotate.server.reader_tables import Credential, GoldResult
from renkei.annotate.server.tables import Attempt, Task
from renkei.annotate.skill import Verdict, judge, run_of
from renkei.server.audit import record

HIDDEN = "hidden_case"
FLAGGED = "hidden_cases"


async def set_gold(session: AsyncSession, *, task_id: UUID, gold: bool) -> Task:
    """Use the signed labels of a task as a hidden case, or no longer.

    Raises:
        NoSuchTaskError: There is none.
        TaskStateError: It is not signed.
    """
    task = await find_task(session, task_id=task_id, lock=True)
    if task.state is not TaskState.SIGNED or task.gold_label_id is not None:
        raise TaskStateError("Only signed labels make a hidden case; have the task signed first.")
    task.gold = gold
    await session.flush()
    await record(session, "annotate.gold", task)
    return task


async def make_gold_task(session: AsyncSession, *, user_id: UUID, vocabulary: str) -> Task | None:
    """Make a task of a hidden case that a reader has not read; None when there is none left."""
    known = (
        select(func.coalesce(Task.series_id, Task.slide_id))
        .join(Attempt, Attempt.task_id == Task.id)
        .where(Attempt.user_id == user_id)
    )
    query = (
        select(Task)
        .where(Task.gold, Task.state == TaskState.SIGNED, Task.vocabulary == vocabulary)
        .where(func.coalesce(Task.series_id, Task.slide_id).not_in(known))
        .order_by(func.random())
    )
    source: Task | None = await session.scalar(query.limit(1))
    if source is None:
        return None
    task = Task(
        subject_id=source.subject_id,
        site_id=source.site_id,
        series_id=source.series_id,
        slide_id=source.slide_id,
        modality=source.modality,
        vocabulary=source.vocabulary,
        protocol=protocols()[0].name,
        readers_left=1,
        state=TaskState.READY,
        image=source.image,
        image_object_id=source.image_object_id,
        source_sha256=source.source_sha256,
        gold_label_id=source.candidate_id,
    )
    session.add(task)
    await session.flush()
    return task


async def keep_result(
    session: AsyncSession, task: Task, attempt: Attempt, results: dict[str, Any]
) -> GoldResult:
    """Keep how a reader did on a hidden case; a sequential test pauses who fails too often.

    What such a reader handed in since the test last cleared them is opened for somebody else.
    """
    row = GoldResult(
        task_id=task.id,
        subject_id=task.subject_id,
        user_id=attempt.user_id,
        vocabulary=task.vocabulary,
        passed=_passes(results),
        arm=attempt.arm.value,
        results=results,
    )
    session.add(row)
    task.state, task.reason = move(task, "exclude"), HIDDEN
    await session.flush()
    await record(session, "annotate.hidden_case", row)
    paused = select(Credential.paused_at).where(Credential.user_id == attempt.user_id)
    passed = await passes(session, attempt.user_id)
    if judge(passed) is Verdict.FLAGGED and await session.scalar(paused) is None:
        await pause_reader(session, user_id=attempt.user_id, why=FLAGGED)
        since = await _cleared_at(session, attempt.user_id, run_of(passed))
        await doubt_readings(session, user_id=attempt.user_id, since=since, why=FLAGGED)
    return row


async def _cleared_at(session: AsyncSession, user_id: UUID, start: int) -> datetime | None:
    """Return when the result came that cleared a reader last; None when none did."""
    if start == 0:
        return None
    query = select(GoldResult.created_at).where(GoldResult.user_id == user_id)
    found: datetime | None = await session.scalar(
        query.order_by(GoldResult.id).offset(start - 1).limit(1)
    )
    return found


def _passes(results: dict[str, Any]) -> bool:
    """Tell it as `skill.passes_gold` does: another size alone is no failure."""
    disputes = [dispute for term in results["terms"] for dispute in term["disputes"]]
    return all(dispute["reason"] == "size" for dispute in disputes)


async def passes(session: AsyncSession, user_id: UUID) -> Sequence[bool]:
    """Return which hidden cases a reader passed, in the order in which they were read."""
    query = select(GoldResult.passed).where(GoldResult.user_id == user_id)
    return list(await session.scalars(query.order_by(GoldResult.id)))
