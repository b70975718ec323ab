"""Adjudicate: a third person decides each dispute with a reason and proposes the labels."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.annotate.assertion import Assertion
from renkei.annotate.compare import Choice
from renkei.annotate.protocol import (
    NotYourPartError,
    Part,
    TaskState,
    TaskStateError,
    UndecidedError,
)
from renkei.annotate.server.agree import compare_sides, keep_pair, readings, side_of
from renkei.annotate.server.draw import check_lease
from renkei.annotate.server.find import (
    find_label,
    find_own,
    find_task,
    label_bytes,
    move,
    move_part,
)
from renkei.annotate.server.keep import Made, assisted_keys, keep_label, target_of
from renkei.annotate.server.submit import make_labels
from renkei.annotate.server.tables import (
    Attempt,
    Comparison,
    Decision,
    Dispute,
    LabelVersion,
    Origin,
    ReasonCode,
    Task,
)
from renkei.annotate.slides import counts
from renkei.annotate.work import settle_packed
from renkei.errors import NotFoundError
from renkei.imaging.labels import unpack
from renkei.proof import canonical, digest
from renkei.server.audit import record
from renkei.server.db import actor_of

SECONDS = 120.0


class NoSuchDisputeError(NotFoundError):
    """There is no such dispute, or none that the actor may see."""


class NoComparisonError(NotFoundError):
    """The task was not compared, or the actor may not see it yet."""


async def find_comparison(session: AsyncSession, *, task_id: UUID) -> Comparison:
    """Return the newest comparison of a task.

    Raises:
        NoComparisonError: There is none, or none that the actor may see yet.
    """
    query = select(Comparison).where(Comparison.task_id == task_id)
    found: Comparison | None = await session.scalar(query.order_by(Comparison.id.desc()).limit(1))
    if found is None:
        raise NoComparisonError(
            "This task has no comparison yet; it comes when both readers have handed in."
        )
    return found


async def disputes_of(
    session: AsyncSession, comparison: Comparison
) -> list[tuple[Dispute, Decision | None]]:
    """Return the disputes of a comparison, each with the decision that counts."""
    rows = await session.scalars(
        select(Dispute).where(Dispute.comparison_id == comparison.id).order_by(Dispute.position)
    )
    decisions = await session.scalars(
        select(Decision).where(Decision.task_id == comparison.task_id).order_by(Decision.id)
    )
    newest = {decision.dispute_id: decision for decision in decisions}
    return [(row, newest.get(row.id)) for row in rows]


async def decide_dispute(
    session: AsyncSession,
    *,
    dispute_id: UUID,
    choice: Choice,
    reason: str,
    code: ReasonCode = ReasonCode.OTHER,
) -> Decision:
    """Decide one dispute; until the labels are proposed a later decision replaces an earlier.

    Raises:
        NoSuchDisputeError: There is none, or none that the actor may see.
        NotYourPartError: The actor is not the adjudicator.
        TaskStateError: The task is not being adjudicated.
    """
    dispute = await session.scalar(select(Dispute).where(Dispute.id == dispute_id))
    if dispute is None:
        raise NoSuchDisputeError("There is no such dispute; load the comparison again.")
    task = await find_task(session, task_id=dispute.task_id, lock=True)
    await _own_part(session, task, Part.ADJUDICATOR)
    if task.state not in {TaskState.DISPUTED, TaskState.ADJUDICATING}:
        raise TaskStateError("There is nothing to adjudicate in this task now; take the next case.")
    decision = Decision(
        subject_id=task.subject_id,
        site_id=task.site_id,
        task_id=task.id,
        dispute_id=dispute.id,
        choice=choice,
        code=code,
        reason=reason,
        user_id=UUID(actor_of(session).id),
    )
    session.add(decision)
    await session.flush()
    await record(session, "annotate.decide", decision, why=reason)
    return decision


async def _own_part(session: AsyncSession, task: Task, part: Part) -> Attempt:
    query = select(Attempt).where(
        Attempt.task_id == task.id,
        Attempt.user_id == UUID(actor_of(session).id),
        Attempt.part == part,
    )
    found: Attempt | None = await session.scalar(query)
    if found is None:
        raise NotYourPartError(f"Only the {part.value} of this task does this.")
    return found


async def propose_labels(session: AsyncSession, *, attempt_id: UUID, lease: UUID) -> Task:
    """Put the decisions together into one set of labels and send them to review.

    Who drew counts as an author: both readers where both were used, and the adjudicator only
    where something was edited.

    Raises:
        NoSuchAttemptError: There is none, or it is somebody else's.
        NotYourPartError: The actor is not the adjudicator.
        UndecidedError: A dispute has no decision.
        LabelsOverlapError: Decisions let two exclusive labels share voxels.
    """
    attempt = await find_own(session, attempt_id=attempt_id, lock=True)
    check_lease(attempt, lease)
    if attempt.part is not Part.ADJUDICATOR:
        raise NotYourPartError("Only the adjudicator of this task proposes the labels.")
    task = await find_task(session, task_id=attempt.task_id, lock=True)
    comparison = await find_comparison(session, task_id=task.id)
    decided = await disputes_of(session, comparison)
    if waiting := [row.position for row, decision in decided if decision is None]:
        raise UndecidedError("Decide each dispute first.", waiting=len(waiting))
    pairs = [(row, decision.choice) for row, decision in decided if decision is not None]
    made = await _settle(session, attempt, task, comparison, pairs)
    authors = await _authors(session, attempt, comparison, [choice for _, choice in pairs])
    label = await keep_label(session, target_of(task), made, origin=Origin.SETTLED, authors=authors)
    label.user_id = attempt.user_id
    label.assisted = await _assisted(session, attempt, comparison)
    if await _next_reading(session, task, label):
        if attempt.last_seq == 0:
            attempt.base_label_id = label.id
        await session.flush()
        return task
    attempt.label_id, attempt.state = label.id, move_part(attempt, "submit")
    attempt.submitted_at, attempt.lease, attempt.lease_until = datetime.now(UTC), None, None
    task.candidate_id, task.state = label.id, move(task, "propose")
    await session.flush()
    await record(session, "annotate.propose", attempt)
    return task


async def _next_reading(session: AsyncSession, task: Task, settled: LabelVersion) -> bool:
    """Put what is settled beside each reading that was not compared yet; tell whether one disputes.

    So a third reader's lesion comes before the adjudicator although the first two agreed.
    """
    done = select(Comparison.b_label_id).where(Comparison.task_id == task.id)
    compared = set(await session.scalars(done))
    for other in (await readings(session, task))[1:]:
        if other.label_id is None or other.label_id in compared:
            continue
        a = await side_of(session, settled.id)
        pair = await compare_sides(task, a, await side_of(session, other.label_id))
        await keep_pair(session, task, pair)
        if not pair.results["agreed"]:
            return True
    return False


async def _assisted(session: AsyncSession, attempt: Attempt, comparison: Comparison) -> list[str]:
    read = (comparison.a_label_id, comparison.b_label_id)
    rows = await session.scalars(select(LabelVersion.assisted).where(LabelVersion.id.in_(read)))
    own = await assisted_keys(session, attempt)
    return sorted({*own, *(key for row in rows for key in row)})


async def _authors(
    session: AsyncSession, attempt: Attempt, comparison: Comparison, choices: list[Choice]
) -> list[str]:
    a = await find_label(session, label_id=comparison.a_label_id)
    b = await find_label(session, label_id=comparison.b_label_id)
    authors = {*a.authors}
    if {Choice.B, Choice.MERGE} & set(choices):
        authors |= {*b.authors}
    if Choice.EDIT in choices:
        authors.add(str(attempt.user_id))
    return sorted(authors)


async def _settle(
    session: AsyncSession,
    attempt: Attempt,
    task: Task,
    comparison: Comparison,
    pairs: list[tuple[Dispute, Choice]],
) -> Made:
    a = await label_bytes(session, label_id=comparison.a_label_id)
    b = await label_bytes(session, label_id=comparison.b_label_id)
    edited = any(choice is Choice.EDIT for _, choice in pairs)
    drawn = None
    if edited:
        said: dict[str, Assertion] = {}
        drawn = (await make_labels(session, attempt, task, said, strict=False)).data
    if task.slide_id is not None:
        return _settle_slide(task, a, b, pairs, drawn)
    rows = [
        (
            {
                "key": row.key,
                "reason": row.reason,
                "lesions_a": row.lesions_a,
                "lesions_b": row.lesions_b,
                "slice": row.slice,
            },
            choice.value,
        )
        for row, choice in pairs
    ]
    packed, found = await compute.run(
        settle_packed, a, b, task.vocabulary, rows, drawn, seconds=SECONDS
    )
    absent = tuple(s.name for s in unpack(packed).segments if not s.mask.any())
    return Made(packed, found, absent)


def _settle_slide(
    task: Task, a: bytes, b: bytes, pairs: list[tuple[Dispute, Choice]], drawn: bytes | None
) -> Made:
    bodies: dict[Choice, dict[str, Any]] = {Choice.A: json.loads(a), Choice.B: json.loads(b)}
    if drawn is not None:
        bodies[Choice.EDIT] = json.loads(drawn)
    choices = {row.key: choice for row, choice in pairs}
    elements = [e for e in bodies[Choice.A]["elements"] if e["key"] not in choices]
    for key, choice in choices.items():
        sides = (Choice.A, Choice.B) if choice is Choice.MERGE else (choice,)
        elements += [
            e
            for side in sides
            if side in bodies
            for e in bodies[side]["elements"]
            if e["key"] == key
        ]
    empty = sorted(choices.keys() - counts(elements))
    absent = sorted({*bodies[Choice.A]["absent"], *empty} - counts(elements))
    body = {"vocabulary": task.vocabulary, "elements": elements, "absent": absent}
    data = canonical(body)
    return Made(data, digest(data), tuple(absent))
