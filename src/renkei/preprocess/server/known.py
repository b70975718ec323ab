"""What costly steps gave for a subject's cases, by their keys, under the subject's own key."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.preprocess.case import Given, case_keys
from renkei.preprocess.keys import code_digests
from renkei.preprocess.plan import parse_plan
from renkei.preprocess.server.tables import PlanRun, PlanStep
from renkei.server.storage import load, store


async def find_known(
    session: AsyncSession, run: PlanRun, toml: str, given: Mapping[str, list[Given]]
) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return what is kept of the costly steps of a run, by key, and the hashes of all code."""
    plan = parse_plan(toml)
    codes = await asyncio.to_thread(code_digests, plan)
    keys = case_keys(plan, given, codes)
    wanted = [keys[p.output] for p in plan.steps if p.step.keeps and p.output in keys]
    rows = await session.scalars(
        select(PlanStep).where(PlanStep.subject_id == run.subject_id, PlanStep.key.in_(wanted))
    )
    return {row.key: await load(session, row.object_id) for row in rows}, codes


async def keep_steps(session: AsyncSession, run: PlanRun, added: Mapping[str, bytes]) -> None:
    """Keep what costly steps gave, encrypted under the key of the subject."""
    site_id, subject_id = run.site_id, run.subject_id
    for key, data in added.items():
        kept = await store(session, data, site_id=site_id, subject_id=subject_id)
        row = insert(PlanStep).values(
            key=key, object_id=kept.id, site_id=site_id, subject_id=subject_id
        )
        await session.execute(row.on_conflict_do_nothing())


async def forget_steps(session: AsyncSession, subject_id: UUID) -> int:
    """Remove what is kept of a recalled subject, and return how much it was."""
    gone = await session.scalars(
        delete(PlanStep).where(PlanStep.subject_id == subject_id).returning(PlanStep.id)
    )
    return len(list(gone))
