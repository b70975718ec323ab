"""What each person answers on a case by itself, and how far people agree."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from itertools import combinations
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, cast, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from renkei.people.server.tables import User
from renkei.select.agreement import kappa
from renkei.select.server.judge import of_case
from renkei.select.server.lists import CASE_ID, cases
from renkei.select.server.override import NotJudgedError
from renkei.select.server.tables import Review, Verdict
from renkei.select.verdict import Outcome
from renkei.server.audit import record
from renkei.server.db import actor_of

MOST_DISAGREED = 100


async def keep_review(
    session: AsyncSession, *, case_id: UUID, outcome: Outcome, reason: str, seconds: float
) -> Review:
    """Keep the actor's first answer on a case; a later one changes nothing.

    Raises:
        NotJudgedError: There is no such case that is judged.
    """
    verdict = await session.scalar(select(Verdict).where(of_case(case_id), Verdict.current))
    if verdict is None:
        raise NotJudgedError("There is no judged series or slide of that id; judge it first.")
    by = actor_of(session).id
    row = insert(Review).values(
        case_id=case_id,
        subject_id=verdict.subject_id,
        site_id=verdict.site_id,
        outcome=outcome,
        reason=reason,
        seconds=seconds,
        by=by,
    )
    written: Review | None = await session.scalar(row.on_conflict_do_nothing().returning(Review))
    if written is None:
        own = select(Review).where(Review.case_id == case_id, Review.by == by)
        return (await session.scalars(own)).one()
    await record(session, "select.review", written)
    return written


def second_looks(by: str, limit: int) -> Select[Any]:
    """Return what another person left out or was drawn for, and this one has not seen."""
    other, own = aliased(Review), aliased(Review)
    wants = exists().where(
        other.case_id == CASE_ID,
        other.by != by,
        (other.outcome == Outcome.EXCLUDE) | Verdict.reasons.contains([{"code": "second_look"}]),
    )
    seen = exists().where(own.case_id == CASE_ID, own.by == by)
    return (
        cases().where(wants, ~seen, Verdict.recalled_at.is_(None)).order_by(Verdict.id).limit(limit)
    )


async def agreement(session: AsyncSession) -> dict[str, Any]:
    """Return Cohen's kappa of each two people over the cases that both answered.

    `reasons` hold for each reason whether both gave it, over all pairs of answers.
    """
    rows = await session.execute(
        select(Review, User.name)
        .outerjoin(User, cast(User.id, String) == Review.by)
        .order_by(Review.case_id, Review.id)
    )
    names: dict[str, str] = {}
    answers: dict[UUID, list[Review]] = defaultdict(list)
    for review, name in rows:
        names[review.by] = name or review.by
        answers[review.case_id].append(review)
    people: dict[tuple[str, str], list[tuple[Review, Review]]] = defaultdict(list)
    for given in answers.values():
        for pair in combinations(sorted(given, key=lambda one: one.by), 2):
            people[pair[0].by, pair[1].by].append(pair)
    every = [pair for pairs in people.values() for pair in pairs]
    differ = {one.case_id for one, other in every if one.outcome != other.outcome}
    return {
        "pairs": [
            {"first": names[a], "second": names[b], **_outcomes(pairs)}
            for (a, b), pairs in sorted(people.items())
        ],
        "all": _outcomes(every),
        "reasons": [
            {
                "reason": reason,
                **asdict(kappa([(a.reason == reason, b.reason == reason) for a, b in every])),
            }
            for reason in sorted({one.reason for pair in every for one in pair})
        ],
        "disagreed": sorted(differ, key=str)[:MOST_DISAGREED],
    }


def _outcomes(pairs: Sequence[tuple[Review, Review]]) -> dict[str, Any]:
    return asdict(kappa([(one.outcome, other.outcome) for one, other in pairs]))
