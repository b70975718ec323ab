"""Compare the readings of a task: agreed labels go to review, disputes to the adjudicator."""

import json
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.annotate.protocol import (
    DONE,
    AttemptState,
    AttemptStateError,
    Move,
    Part,
    Standing,
    TaskState,
    move_task,
)
from renkei.annotate.protocols import load_protocol
from renkei.annotate.server.find import find_task, label_bytes, move, move_part, words_of
from renkei.annotate.server.gold import keep_result
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
        sides = [await side_of(session, _label(one)) for one in await readings(session, task)]
        if task.gold_label_id is not None:
            sides.append(await side_of(session, task.gold_label_id))
    pairs = await _compared(task, sides)
    async with transaction(REASON) as session:
        task = await find_task(session, task_id=task_id, lock=True)
        if task.state is not TaskState.COMPARING:
            return
        attempts = await readings(session, task)
        if task.gold_label_id is not None:
            await keep_result(session, task, attempts[0], pairs[0].results)
        else:
            await _conclude(session, task, attempts, pairs)


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels by id, with their bytes."""

    id: UUID
    data: bytes


@dataclass(frozen=True, slots=True)
class Pair:
    """Two readings and what comparing them gave."""

    a: UUID
    b: UUID
    results: dict[str, Any]


async def side_of(session: AsyncSession, label_id: UUID) -> Labels:
    """Return labels with their bytes.

    Raises:
        NoSuchLabelError: There are none, or none that the actor may see.
    """
    return Labels(label_id, await label_bytes(session, label_id=label_id))


async def compare_sides(task: Task, a: Labels, b: Labels) -> Pair:
    """Compare two readings of a task."""
    if task.slide_id is not None:
        return Pair(a.id, b.id, _compare_slide(task, [a.data, b.data]))
    results = await compute.run(compare_packed, a.data, b.data, task.vocabulary, seconds=SECONDS)
    return Pair(a.id, b.id, results)


async def _compared(task: Task, sides: list[Labels]) -> list[Pair]:
    """Compare every pair; where somebody decides, side A with each until one disputes it."""
    if not load_protocol(task.protocol).adjudicated:
        return [await compare_sides(task, a, b) for a, b in combinations(sides, 2)]
    pairs = []
    for other in sides[1:]:
        pairs.append(await compare_sides(task, sides[0], other))
        if not pairs[-1].results["agreed"]:
            break
    return pairs


async def readings(session: AsyncSession, task: Task) -> list[Attempt]:
    """Return the readers' attempts that stand, side A first."""
    rows = await session.scalars(
        select(Attempt)
        .where(Attempt.task_id == task.id, Attempt.part == Part.READER)
        .where(Attempt.label_id.is_not(None), Attempt.state.in_(DONE))
        .order_by(Attempt.alias)
    )
    return list(rows)


def _compare_slide(task: Task, packed: list[bytes]) -> dict[str, Any]:
    bodies = [json.loads(data) for data in packed]
    sides = [from_elements(body["elements"]) for body in bodies]
    said = [set(body["absent"]) for body in bodies]
    mpp = (task.image or {}).get("mpp")
    return compare_outlines(sides[0], sides[1], words_of(task), said, mpp=mpp).to_json()


async def _conclude(
    session: AsyncSession, task: Task, attempts: list[Attempt], pairs: list[Pair]
) -> None:
    for pair in pairs:
        await keep_pair(session, task, pair)
    protocol = load_protocol(task.protocol)
    if protocol.second_round and task.rounds == 1:
        await _read_again(session, task, attempts)
        return
    if protocol.adjudicated and not all(pair.results["agreed"] for pair in pairs):
        task.state = move(task, "dispute")
    else:
        task.state = move(task, "agree")
        # One of the readings, not a fusion of all: a mean of several people is nobody's reading.
        task.candidate_id = _most_agreed(attempts, pairs)
        task.state = move(task, "propose")
    for attempt in attempts:
        if attempt.state is AttemptState.SUBMITTED:
            attempt.state = move_part(attempt, "accept")
    await record(session, "annotate.compare", task)


async def keep_pair(session: AsyncSession, task: Task, pair: Pair) -> Comparison:
    """Keep a comparison with its disputes."""
    row = Comparison(
        subject_id=task.subject_id,
        site_id=task.site_id,
        task_id=task.id,
        a_label_id=pair.a,
        b_label_id=pair.b,
        agreed=pair.results["agreed"],
        results=pair.results,
        sha256=digest(canonical(pair.results)),
    )
    session.add(row)
    await session.flush()
    for position, dispute in enumerate(pair.results["disputes"]):
        session.add(_dispute(task, row, position, dispute))
    return row


async def _read_again(session: AsyncSession, task: Task, attempts: list[Attempt]) -> None:
    """Give everybody their own reading back, this time seeing the others'."""
    standing = Standing(protocol=load_protocol(task.protocol), rounds=task.rounds)
    task.state = move_task(task.state, Move.UNBLIND, standing)
    task.rounds, task.readers_left = task.rounds + 1, len(attempts)
    for attempt in attempts:
        attempt.state = move_part(attempt, "return")
    await record(session, "annotate.unblind", task)


def _most_agreed(attempts: list[Attempt], pairs: list[Pair]) -> UUID:
    """Return the reading that the others agree with most; the first of equals."""
    shares = {_label(attempt): 0.0 for attempt in attempts}
    for pair in pairs:
        for side in (pair.a, pair.b):
            shares[side] += pair.results["mean_dice"] or 0.0
    return max(shares, key=lambda label: shares[label])


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
