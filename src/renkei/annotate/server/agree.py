"""Compare the readings of a task: agreed labels go to review, disputes to the adjudicator."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.annotate.protocol import AttemptStateError, Part, TaskState
from renkei.annotate.server.find import find_task, label_bytes, move, move_part, words_of
from renkei.annotate.server.tables import Attempt, Comparison, Dispute, Task
from renkei.annotate.slides import compare_outlines, from_elements
from renkei.annotate.work import compare_packed
from renkei.proof import canonical, digest
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import transaction

REASON = system("compare readings")
SECONDS = 600.0


async def compare_task(task_id: UUID) -> None:
    """Compare the submitted readings of a task; a second run changes nothing."""
    async with transaction(REASON) as session:
        task = await find_task(session, task_id=task_id)
        if task.state is not TaskState.COMPARING:
            return
        attempts = await readings(session, task)
        packed = [await label_bytes(session, label_id=a.label_id) for a in attempts]
    if len(packed) == 1:
        results: dict[str, Any] | None = None
    elif task.slide_id is not None:
        results = _compare_slide(task, packed)
    else:
        results = await compute.run(compare_packed, *packed, task.vocabulary, seconds=SECONDS)
    async with transaction(REASON) as session:
        task = await find_task(session, task_id=task_id, lock=True)
        if task.state is TaskState.COMPARING:
            await _conclude(session, task, attempts, results)


async def readings(session: AsyncSession, task: Task) -> list[Attempt]:
    """Return the readers' attempts, side A first."""
    rows = await session.scalars(
        select(Attempt)
        .where(Attempt.task_id == task.id, Attempt.part == Part.READER)
        .where(Attempt.label_id.is_not(None))
        .order_by(Attempt.alias)
    )
    return list(rows)


def _compare_slide(task: Task, packed: list[bytes]) -> dict[str, Any]:
    bodies = [json.loads(data) for data in packed]
    sides = [from_elements(body["elements"]) for body in bodies]
    said = [set(body["absent"]) for body in bodies]
    return compare_outlines(sides[0], sides[1], words_of(task), said).to_json()


async def _conclude(
    session: AsyncSession, task: Task, attempts: list[Attempt], results: dict[str, Any] | None
) -> None:
    if results is not None:
        row = Comparison(
            subject_id=task.subject_id,
            site_id=task.site_id,
            task_id=task.id,
            a_label_id=_label(attempts[0]),
            b_label_id=_label(attempts[1]),
            agreed=results["agreed"],
            results=results,
            sha256=digest(canonical(results)),
        )
        session.add(row)
        await session.flush()
        for position, dispute in enumerate(
            dispute for term in results["terms"] for dispute in term["disputes"]
        ):
            session.add(_dispute(task, row, position, dispute))
    if results is None or results["agreed"]:
        task.state = move(task, "agree")
        # One of the readings, not a fusion of both: a mean of two people is nobody's reading.
        task.candidate_id = _label(attempts[0])
        task.state = move(task, "propose")
    else:
        task.state = move(task, "dispute")
    for attempt in attempts:
        attempt.state = move_part(attempt, "accept")
    await record(session, "annotate.compare", task)


def _label(attempt: Attempt) -> UUID:
    if attempt.label_id is None:
        raise AttemptStateError(
            "A reading without labels cannot be compared; hand in the labels first."
        )
    return attempt.label_id


def _dispute(task: Task, row: Comparison, position: int, values: dict[str, Any]) -> Dispute:
    return Dispute(
        subject_id=task.subject_id,
        site_id=task.site_id,
        task_id=task.id,
        comparison_id=row.id,
        position=position,
        key=values["key"],
        reason=values["reason"],
        lesions_a=values["lesions_a"],
        lesions_b=values["lesions_b"],
        slice=values["slice"],
    )
