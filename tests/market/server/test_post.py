"""The journal in PostgreSQL: the database itself refuses what does not balance."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.market.duo import Purpose
from renkei.market.journal import Line, UnbalancedError
from renkei.market.server.post import balance, post, reverse_entry
from renkei.market.server.tables import EntryKind, JournalEntry, Licence, Listing, Order, Posting
from renkei.market.states import State

CHECK_NOW = text("SET CONSTRAINTS ALL IMMEDIATE")
Drain = Callable[[], Awaitable[int]]


@pytest.fixture
async def licence_id(session: AsyncSession, frozen: Any, people: Any) -> UUID:
    """Add a bare licence to post for."""
    listing = Listing(
        product_id=frozen.product.id,
        version_id=frozen.version.id,
        version_hash="0" * 64,
        title_en="t",
        title_ja="t",
        description_en="",
        description_ja="",
        price_yen=1,
        months=1,
        max_releases=1,
        readers_bp=500,
        counts_made=False,
        sealed_part=False,
        aggregates={},
        sites=[],
    )
    session.add(listing)
    await session.flush()
    order = Order(
        listing_id=listing.id,
        organisation_id=people.licensee.organisation,
        purpose=Purpose.PRODUCT,
        country="JP",
        commercial_use=True,
        develops_methods=True,
        wants_sealed=False,
        message="",
        key_public="",
        asked_by="x",
    )
    session.add(order)
    await session.flush()
    licence = Licence(
        order_id=order.id,
        listing_id=listing.id,
        version_id=frozen.version.id,
        organisation_id=people.licensee.organisation,
        terms={},
        terms_sha256="",
        key_public="",
        purpose="",
        country="JP",
        not_before=listing.created_at,
        not_after=listing.created_at,
        max_releases=1,
        sealed_part=False,
        fee_yen=1,
        tax_yen=0,
        tax_percent=10,
        sites=[],
        state=State.SIGNED,
    )
    session.add(licence)
    await session.flush()
    return licence.id


def lines(*amounts: int) -> tuple[Line, ...]:
    return tuple(Line(f"a{n}", amount) for n, amount in enumerate(amounts))


async def write(session: AsyncSession, licence_id: UUID, *amounts: int) -> JournalEntry:
    return await post(
        session,
        kind=EntryKind.INVOICE,
        period="2026-11",
        licence_id=licence_id,
        lines=lines(*amounts),
    )


async def test_a_balanced_entry_passes_the_database_s_own_check(
    session: AsyncSession, licence_id: UUID
) -> None:
    await write(session, licence_id, 100, -60, -40)
    await session.execute(CHECK_NOW)
    assert await balance(session, "a1") == -60


async def test_an_unbalanced_entry_is_refused_before_anything_is_written(
    session: AsyncSession, licence_id: UUID
) -> None:
    with pytest.raises(UnbalancedError):
        await write(session, licence_id, 100, -99)
    assert await session.scalar(select(func.count()).select_from(Posting)) == 0


async def test_the_database_refuses_one_yen_too_much_at_commit_and_not_before(
    session: AsyncSession, licence_id: UUID
) -> None:
    entry = await write(session, licence_id, 100, -100)
    extra = Posting(entry_id=entry.id, account="x", amount=1, currency="JPY")
    session.add(extra)
    await session.flush()
    with pytest.raises(DBAPIError, match="sum to zero"):
        await session.execute(CHECK_NOW)


async def test_currencies_balance_each_for_itself(session: AsyncSession, licence_id: UUID) -> None:
    entry = await write(session, licence_id, 100, -100)
    for amount, currency in ((1, "JPY"), (-1, "USD")):
        session.add(Posting(entry_id=entry.id, account="x", amount=amount, currency=currency))
    await session.flush()
    with pytest.raises(DBAPIError, match="sum to zero"):
        await session.execute(CHECK_NOW)


@pytest.mark.parametrize("table", ["journal_entry", "posting"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}"])
async def test_no_row_of_the_journal_is_ever_changed(
    session: AsyncSession, licence_id: UUID, table: str, change: str
) -> None:
    await write(session, licence_id, 100, -100)
    with pytest.raises(DBAPIError):
        await session.execute(text(change.format(table)))


async def test_an_entry_is_undone_by_one_reversal_and_no_second(
    session: AsyncSession, licence_id: UUID
) -> None:
    entry = await write(session, licence_id, 100, -60, -40)
    await reverse_entry(session, entry_id=entry.id)
    await session.execute(CHECK_NOW)
    assert [await balance(session, f"a{n}") for n in range(3)] == [0, 0, 0]
    with pytest.raises(IntegrityError):
        await reverse_entry(session, entry_id=entry.id)
