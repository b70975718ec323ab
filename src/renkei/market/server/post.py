"""Post to the journal; correct by reversing."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.market.journal import Line, checked, reversed_lines
from renkei.market.server.money_tables import EntryKind, JournalEntry, Posting
from renkei.server.audit import record


async def post(
    session: AsyncSession,
    *,
    kind: EntryKind,
    period: str,
    licence_id: UUID,
    lines: tuple[Line, ...],
    site_id: UUID | None = None,
    recall_id: UUID | None = None,
    reverses_id: UUID | None = None,
) -> JournalEntry:
    """Write an entry with its postings.

    Raises:
        UnbalancedError: They do not sum to zero; the database would refuse them at commit, too.
    """
    entry = JournalEntry(
        kind=kind,
        period=period,
        licence_id=licence_id,
        site_id=site_id,
        recall_id=recall_id,
        reverses_id=reverses_id,
    )
    session.add(entry)
    await session.flush()
    session.add_all(
        Posting(entry_id=entry.id, account=x.account, amount=x.amount, currency=x.currency)
        for x in checked(lines)
    )
    await session.flush()
    await record(session, f"market.post_{kind.value}", entry)
    return entry


async def reverse_entry(session: AsyncSession, *, entry_id: UUID) -> JournalEntry:
    """Undo an entry by another; the same entry cannot be reversed twice."""
    entry = await session.get_one(JournalEntry, entry_id)
    rows = await session.scalars(select(Posting).where(Posting.entry_id == entry_id))
    lines = reversed_lines(Line(r.account, r.amount, r.currency) for r in rows)
    return await post(
        session,
        kind=EntryKind.REVERSAL,
        period=entry.period,
        licence_id=entry.licence_id,
        lines=lines,
        reverses_id=entry_id,
    )


async def balance(session: AsyncSession, account: str) -> int:
    """Return what an account stands at: plus is owed to us, minus is owed by us."""
    total = await session.scalar(
        select(func.coalesce(func.sum(Posting.amount), 0)).where(Posting.account == account)
    )
    return int(total or 0)
