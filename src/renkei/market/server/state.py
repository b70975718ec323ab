"""Write the statement of each hospital of a settlement."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.ledger.server.tables import LogCheckpoint
from renkei.market.server.tables import (
    EntryKind,
    JournalEntry,
    Licence,
    Posting,
    Settlement,
    Statement,
)
from renkei.market.settle import SiteShare
from renkei.market.statement import StatementFacts, StatementLine, statement_csv, statement_pdf
from renkei.people.server.tables import Organisation, OrganisationKind
from renkei.proof import digest
from renkei.server.audit import record


async def write_statements(
    session: AsyncSession, settlement: Settlement, shares: Mapping[str, SiteShare]
) -> list[list[str]]:
    """Write one statement per hospital; return [site, SHA-256 of the PDF] of each."""
    licence = await session.get_one(Licence, settlement.licence_id)
    checkpoint = await session.scalar(
        select(LogCheckpoint.note).order_by(LogCheckpoint.size.desc()).limit(1)
    )
    whole = sum(share.weight for share in shares.values())
    written = []
    for site, share in sorted(shares.items()):
        line = StatementLine(
            version=str(licence.terms["target"]).rpartition(":")[2],
            patients=share.patients,
            quality_percent=share.quality_percent,
            weight=share.weight,
            all_weights=whole,
            share_bp=share.share_bp,
            yen=int(settlement.parts[site]),
            withdrawn_yen=await _withdrawn(session, settlement, UUID(site)),
        )
        facts = StatementFacts(
            hospital=await _name(session, UUID(site)),
            operator=await _operator(session),
            period=settlement.period,
            dated=f"{datetime.now(UTC):%Y-%m-%d}",
            currency=settlement.currency,
            rule_sha256=settlement.rule_sha256,
            lines=(line,),
            checkpoint=checkpoint or "",
        )
        pdf = await asyncio.to_thread(statement_pdf, facts)
        statement = Statement(
            settlement_id=settlement.id,
            licence_id=licence.id,
            site_id=UUID(site),
            period=settlement.period,
            patients=line.patients,
            weight=line.weight,
            share_bp=line.share_bp,
            yen=line.yen,
            withdrawn_yen=line.withdrawn_yen,
            lines=[asdict(line)],
            csv=statement_csv(facts),
            pdf=pdf,
            pdf_sha256=digest(pdf),
        )
        session.add(statement)
        await record(session, "market.state", statement)
        written.append([site, statement.pdf_sha256])
    return written


async def _withdrawn(session: AsyncSession, settlement: Settlement, site_id: UUID) -> int:
    """Return what was taken back from a hospital since the settlement before."""
    before = (
        select(Settlement.entry_id)
        .where(Settlement.licence_id == settlement.licence_id, Settlement.id != settlement.id)
        .order_by(Settlement.id.desc())
        .limit(1)
    )
    last = await session.scalar(before)
    query = (
        select(Posting.amount)
        .join(JournalEntry, JournalEntry.id == Posting.entry_id)
        .where(
            JournalEntry.licence_id == settlement.licence_id,
            JournalEntry.kind == EntryKind.WITHDRAWAL,
            JournalEntry.site_id == site_id,
            Posting.account == f"payable:{site_id}",
        )
    )
    if last is not None:
        query = query.where(JournalEntry.id > last)
    return sum(await session.scalars(query))


async def _name(session: AsyncSession, organisation_id: UUID) -> str:
    return (await session.get_one(Organisation, organisation_id)).name


async def _operator(session: AsyncSession) -> str:
    name = await session.scalar(
        select(Organisation.name)
        .where(Organisation.kind == OrganisationKind.OPERATOR)
        .order_by(Organisation.created_at)
        .limit(1)
    )
    return name or ""
