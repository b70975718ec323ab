"""Keep plans, so that every run can show exactly what it did."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import NotFoundError
from renkei.preprocess.plan import Plan as Parsed
from renkei.preprocess.plan import builtin_plans, load_plan, parse_plan
from renkei.preprocess.server.tables import Plan


class NoSuchKeptPlanError(NotFoundError):
    """There is no such plan."""


async def keep_plan(session: AsyncSession, *, toml: str) -> Plan:
    """Keep a plan; the same plan again is the same row.

    Raises:
        BadPlanError: It cannot be read.
    """
    return await _insert(session, parse_plan(toml))


async def keep_builtin(session: AsyncSession) -> None:
    """Keep the plans that come with Renkei."""
    for name in builtin_plans():
        await _insert(session, load_plan(name))


async def find_plan(session: AsyncSession, *, plan: UUID | str) -> Plan:
    """Return a plan by its id, or the newest of a name.

    Raises:
        NoSuchKeptPlanError: There is none.
    """
    if isinstance(plan, UUID):
        found = await session.get(Plan, plan)
    else:
        await keep_builtin(session)
        found = await session.scalar(
            select(Plan).where(Plan.name == plan).order_by(Plan.id.desc()).limit(1)
        )
    if found is None:
        raise NoSuchKeptPlanError("There is no such plan; choose one from the list.")
    return found


async def _insert(session: AsyncSession, plan: Parsed) -> Plan:
    row = insert(Plan).values(
        name=plan.name,
        version=plan.version,
        sha256=plan.sha256,
        toml=plan.text,
        roles=dict(plan.inputs),
        many=sorted(plan.many),
    )
    await session.execute(row.on_conflict_do_nothing())
    found = await session.scalars(select(Plan).where(Plan.sha256 == plan.sha256))
    return found.one()
