"""What holds for a case: the machine's verdict, or what a person decided instead."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.select.server.judge import of_case
from renkei.select.server.tables import Verdict
from renkei.select.verdict import Outcome


async def standing(session: AsyncSession, case_id: UUID) -> Outcome | None:
    """Return what holds for a series or slide; None while it is not judged."""
    found: Outcome | None = await session.scalar(
        select(Verdict.standing).where(of_case(case_id), Verdict.current)
    )
    return found
