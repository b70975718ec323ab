"""Distribute what a licence brought: one person makes the settlement, another pays it out."""

from collections import defaultdict
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.server.tables import Agreement
from renkei.errors import ConflictError, ForbiddenError, NotFoundError
from renkei.ledger.server.anchor import anchor
from renkei.market.journal import UNDISTRIBUTED, distribution, payout
from renkei.market.server.licence import find_licence
from renkei.market.server.post import balance, post
from renkei.market.server.state import write_statements
from renkei.market.server.tables import (
    EntryKind,
    Licence,
    Listing,
    Settlement,
    SettlementState,
)
from renkei.market.settle import Rule, SiteShare, split_fee
from renkei.proof import canonical, digest
from renkei.publish.server.tables import VersionCase
from renkei.server.audit import record
from renkei.server.db import actor_of
from renkei.subjects.server.tables import Subject

QUALITY_PERCENT = 100


class NothingToSettleError(ConflictError):
    """Nothing of this licence waits to be distributed."""


class NoAgreementError(ConflictError):
    """A hospital of the version has no contract, so its share is unknown."""


class SamePersonError(ForbiddenError):
    """Who made the settlement may not pay it out; another person must."""


async def settle_licence(
    session: AsyncSession, *, licence_id: UUID, period: str | None = None
) -> Settlement:
    """Distribute the licence's undistributed fee by its rule; statements are written with it.

    Raises:
        NotFoundError: There is no such licence.
        NothingToSettleError: It was not paid, or all is distributed.
        NoAgreementError: A hospital has no contract.
        NoWeightError: No patient counts under this contract.
    """
    licence = await find_licence(session, licence_id, lock=True)
    net = -await balance(session, f"{UNDISTRIBUTED}:{licence_id}")
    if licence.paid_at is None or net <= 0:
        raise NothingToSettleError(
            "Nothing of this licence waits to be distributed; see its settlements."
        )
    listing = await session.get_one(Listing, licence.listing_id)
    rule = Rule(readers_bp=listing.readers_bp, counts_made=listing.counts_made)
    shares = await site_shares(session, licence, rule)
    parts = split_fee(net, shares, rule)
    period = period or await _next_period(session, licence_id)
    entry = await post(
        session,
        kind=EntryKind.SETTLEMENT,
        period=period,
        licence_id=licence_id,
        lines=distribution(str(licence_id), parts),
    )
    settlement = Settlement(
        licence_id=licence_id,
        entry_id=entry.id,
        period=period,
        currency="JPY",
        net=net,
        rule=rule.to_json(),
        rule_sha256=rule.sha256,
        weights={key: asdict(share) for key, share in shares.items()},
        parts=dict(parts),
        made_by=actor_of(session).id,
    )
    session.add(settlement)
    await record(session, "market.settle", settlement)
    statements = await write_statements(session, settlement, shares)
    payload = {
        "currency": "JPY",
        "net": net,
        "rule_sha256": rule.sha256,
        "statements_sha256": digest(canonical(statements)),
    }
    sites = [UUID(site) for site in shares]
    key = f"settle/{licence_id}/{period}"
    await anchor(session, kind="settlement", key=key, payload=payload, parties=sites)
    return settlement


async def _next_period(session: AsyncSession, licence_id: UUID) -> str:
    month = f"{datetime.now(UTC):%Y-%m}"
    taken = await session.scalar(
        select(func.count())
        .select_from(Settlement)
        .where(Settlement.licence_id == licence_id, Settlement.period.startswith(month))
    )
    return f"{month}-{taken + 1}" if taken else month


async def site_shares(session: AsyncSession, licence: Licence, rule: Rule) -> dict[str, SiteShare]:
    """Return what each hospital brought: patients that count and were not withdrawn.

    Raises:
        NoAgreementError: One of them has no contract.
    """
    query = (
        select(VersionCase.site_id, VersionCase.subject_id)
        .join(Subject, Subject.id == VersionCase.subject_id)
        .where(
            VersionCase.version_id == licence.version_id,
            VersionCase.synthetic.is_(False),
            Subject.withdrawn_at.is_(None),
        )
        .distinct()
    )
    if not rule.counts_made:
        query = query.where(VersionCase.made.is_(False))
    patients: dict[UUID, int] = defaultdict(int)
    for site_id, _ in await session.execute(query):
        patients[site_id] += 1
    return {
        str(site_id): SiteShare(count, QUALITY_PERCENT, await _share_bp(session, site_id))
        for site_id, count in sorted(patients.items())
    }


async def _share_bp(session: AsyncSession, site_id: UUID) -> int:
    found = await session.scalar(
        select(Agreement.fee_share_bp)
        .where(Agreement.site_id == site_id)
        .order_by(Agreement.id.desc())
        .limit(1)
    )
    if found is None:
        raise NoAgreementError(
            "A hospital of this version has no contract with a share; put one on record."
        )
    return int(found)


async def pay_settlement(session: AsyncSession, *, settlement_id: UUID) -> Settlement:
    """Write down that every payee was paid.

    Raises:
        NotFoundError: There is no such settlement.
        SamePersonError: The actor made it.
        NothingToSettleError: It was paid before.
    """
    settlement: Settlement | None = await session.scalar(
        select(Settlement).where(Settlement.id == settlement_id).with_for_update()
    )
    if settlement is None:
        raise NotFoundError("There is no such settlement; choose one from the list.")
    if settlement.state is SettlementState.PAID:
        raise NothingToSettleError("This settlement was paid out before; see its statements.")
    actor = actor_of(session)
    if settlement.made_by == actor.id:
        raise SamePersonError("Who made the settlement may not pay it out; another person must.")
    await post(
        session,
        kind=EntryKind.PAYOUT,
        period=settlement.period,
        licence_id=settlement.licence_id,
        lines=payout({payee: int(yen) for payee, yen in settlement.parts.items()}),
    )
    settlement.state, settlement.paid_by = SettlementState.PAID, actor.id
    settlement.paid_at = datetime.now(UTC)
    await record(session, "market.pay_out", settlement)
    return settlement
