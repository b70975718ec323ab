"""Draw the quotas of the recipe in force over the cases that stand as accepted."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.select.facts import CaseFacts
from renkei.select.groups import groups_of
from renkei.select.quota import QuotaState, draw
from renkei.select.server.recipes import recipe_in_force
from renkei.select.server.tables import KeptRecipe, Verdict
from renkei.select.stored import facts_from
from renkei.select.verdict import Outcome
from renkei.server.audit import record


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many patients stand accepted, how many of them are set aside, and each quota."""

    recipe_sha256: str
    patients: int
    over_quota: int
    quotas: list[QuotaState]


async def draw_quotas(session: AsyncSession) -> Drawn:
    """Set aside who is over quota and take back in who is not; the same cases draw the same."""
    recipe = await recipe_in_force(session)
    rows = await session.execute(
        select(Verdict.subject_id, Verdict.facts)
        .where(Verdict.current, Verdict.standing == Outcome.ACCEPT, Verdict.recalled_at.is_(None))
        .order_by(Verdict.id)
        .with_for_update()
    )
    people: dict[UUID, list[CaseFacts]] = defaultdict(list)
    for subject_id, facts in rows:
        if facts:
            people[subject_id].append(facts_from(facts))
    groups = {str(subject_id): groups_of(facts) for subject_id, facts in people.items()}
    aside, states = draw(groups, recipe.quotas, seed=recipe.seed)
    over = Verdict.subject_id.in_([UUID(name) for name in aside])
    await session.execute(update(Verdict).where(Verdict.current).values(over_quota=over))
    kept = await session.scalars(select(KeptRecipe).where(KeptRecipe.in_force))
    await record(session, "select.quota", kept.one())
    return Drawn(recipe.sha256, len(groups), len(aside), states)
