"""Cohorts: the cases that a filter finds at a time, by name, with who is in it."""

from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import ConflictError, UsageError
from renkei.select.facts import CaseFacts
from renkei.select.groups import AXES, groups_of
from renkei.select.server.lists import CASE_ID
from renkei.select.server.recipes import recipe_in_force
from renkei.select.server.tables import Cohort, Verdict
from renkei.select.stored import facts_from
from renkei.select.verdict import Outcome
from renkei.server.audit import record
from renkei.server.db import actor_of


class CohortExistsError(ConflictError):
    """There is a cohort of this name; cohorts never change."""


class EmptyCohortError(UsageError):
    """The filter finds no case."""


async def keep_cohort(
    session: AsyncSession, *, name: str, standing: Outcome, modality: str | None = None
) -> Cohort:
    """Freeze the cases that stand so now; those of people who withdrew are left out.

    Raises:
        CohortExistsError: The name is taken.
        EmptyCohortError: There is no such case.
    """
    if await session.scalar(select(Cohort.id).where(Cohort.name == name)):
        raise CohortExistsError("There is a cohort of this name; choose another one.")
    query = select(CASE_ID, Verdict.subject_id, Verdict.facts).where(
        Verdict.current, Verdict.standing == standing, Verdict.recalled_at.is_(None)
    )
    if modality is not None:
        query = query.where(Verdict.modality == modality)
    rows = (await session.execute(query.order_by(Verdict.id))).all()
    if not rows:
        raise EmptyCohortError("The filter finds no case; choose another one.")
    people: dict[UUID, list[CaseFacts]] = defaultdict(list)
    for _, subject_id, facts in rows:
        people[subject_id].extend([facts_from(facts)] if facts else [])
    cohort = Cohort(
        name=name,
        standing=standing,
        modality=modality,
        recipe_sha256=(await recipe_in_force(session)).sha256,
        case_ids=[str(case_id) for case_id, _, _ in rows],
        patients=len(people),
        counts=_counts(list(people.values())),
        by=actor_of(session).id,
    )
    session.add(cohort)
    await session.flush()
    await record(session, "select.cohort", cohort)
    return cohort


def _counts(people: list[list[CaseFacts]]) -> dict[str, Any]:
    groups = [groups_of(cases) for cases in people if cases]
    return {axis: dict(sorted(Counter(one[axis] for one in groups).items())) for axis in AXES}
