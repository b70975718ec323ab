"""Warn of approvals and contracts that end: 60, 30 and 7 days ahead, once each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.server.tables import Agreement, Approval, ExpiryNotice
from renkei.server.events import Event, emit
from renkei.subjects.server.tables import Site

AHEAD_DAYS = (60, 30, 7)


@dataclass(frozen=True)
class PermitExpiring(Event):
    """An approval or contract of a hospital ends in `days` days or fewer."""

    notice_id: UUID
    days: int


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends, for which hospital, and when."""

    kind: str
    permit_id: UUID
    number: str
    site_id: UUID
    ends: date


async def warn_of_ends(session: AsyncSession, *, today: date) -> int:
    """Write a notice and an event for each end that came near; return how many are new.

    Of several limits that were passed at once only the nearest is told.
    """
    new = 0
    last = today + timedelta(days=max(AHEAD_DAYS))
    approvals = await session.scalars(
        select(Approval).where(Approval.expires.between(today, last)).order_by(Approval.id)
    )
    agreements = await session.scalars(
        select(Agreement).where(Agreement.ends.between(today, last)).order_by(Agreement.id)
    )
    known = {str(site): site for site in await session.scalars(select(Site.id))}
    for ending in _endings(list(approvals), list(agreements), known):
        days = min(d for d in AHEAD_DAYS if d >= (ending.ends - today).days)
        row = insert(ExpiryNotice).values(
            permit_id=ending.permit_id,
            site_id=ending.site_id,
            kind=ending.kind,
            number=ending.number,
            ends=ending.ends,
            days=days,
        )
        fresh = await session.scalar(row.on_conflict_do_nothing().returning(ExpiryNotice.id))
        if fresh is not None:
            await emit(session, PermitExpiring(fresh, days), site_id=ending.site_id)
            new += 1
    return new


def _endings(
    approvals: list[Approval], agreements: list[Agreement], sites: dict[str, UUID]
) -> Iterator[Ending]:
    for one in approvals:
        for site in one.sites:
            if site in sites:
                yield Ending("approval", one.id, one.number, sites[site], one.expires)
    for two in agreements:
        yield Ending("agreement", two.id, two.number, two.site_id, two.ends)
