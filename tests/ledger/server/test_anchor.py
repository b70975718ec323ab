"""The outbox and the log in PostgreSQL."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import NotFoundError
from renkei.ledger.backends.embedded import LogUnavailableError, newest
from renkei.ledger.contract import KeyTakenError, LeafRefusedError
from renkei.ledger.server.anchor import anchor, append_pending
from renkei.ledger.server.receipt import AnchorPendingError, find_anchor, receipt_for
from renkei.ledger.server.store import Rows
from renkei.ledger.server.tables import LOG_TABLES, Anchor, AnchorState, LogCheckpoint, LogEntry
from renkei.ledger.server.trust import check_log, current_trust
from renkei.proof.receipt import verify_receipt
from renkei.server.actor import Actor, Role
from renkei.server.audit import AuditRow

Drain = Callable[[], Awaitable[int]]


async def enter(session: AsyncSession, number: int, **more: Any) -> Anchor:
    return await anchor(
        session, kind="version", key=f"version/{number}", payload={"id": number}, **more
    )


async def test_a_record_waits_until_the_job_enters_it_and_then_has_a_receipt(
    session: AsyncSession, run_jobs: Drain
) -> None:
    row = await enter(session, 1)
    with pytest.raises(AnchorPendingError):
        await receipt_for(session, row)
    await session.commit()
    await run_jobs()
    await session.refresh(row)
    assert (row.state, row.index) == (AnchorState.ANCHORED, 0)
    receipt = await receipt_for(session, row)
    assert verify_receipt(receipt, await current_trust()).size == 1
    audited = select(AuditRow.row_id).where(AuditRow.action == "ledger.anchor")
    assert await session.scalar(audited) == row.id


async def test_every_receipt_of_many_batches_verifies_under_the_newest_checkpoint(
    session: AsyncSession,
) -> None:
    for batch in range(4):
        for n in range(3):
            await enter(session, batch * 3 + n)
        await session.commit()
        assert await append_pending() == 3
    session.expunge_all()
    trust = await current_trust()
    for row in list(await session.scalars(select(Anchor))):
        assert verify_receipt(await receipt_for(session, row), trust).size == 12
    assert await session.scalar(select(func.count()).select_from(LogCheckpoint)) == 4
    assert not (await check_log(session)).findings


async def test_the_same_record_again_is_the_same_row_and_no_job(session: AsyncSession) -> None:
    first = await enter(session, 1)
    again = await enter(session, 1)
    assert again.id == first.id
    assert await session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 1


async def test_another_record_under_the_key_is_refused(session: AsyncSession) -> None:
    await enter(session, 1)
    with pytest.raises(KeyTakenError):
        await anchor(session, kind="version", key="version/1", payload={"id": 2})
    with pytest.raises(LeafRefusedError):
        await anchor(session, kind="version", key="version/a b", payload={})
    assert await session.scalar(select(func.count()).select_from(Anchor)) == 1


async def test_the_log_holds_no_word_of_the_record(session: AsyncSession, run_jobs: Drain) -> None:
    await anchor(session, kind="version", key="version/1", payload={"name": "秘密の名前 SECRET"})
    await session.commit()
    await run_jobs()
    entry = (await session.scalars(select(LogEntry))).one()
    stored = f"{entry.kind} {entry.key} {entry.commitment}"
    assert "SECRET" not in stored
    assert "秘密" not in stored


async def test_a_record_is_seen_by_its_parties_only(
    session: AsyncSession, as_actor: Any, site_a: Any, site_b: Any
) -> None:
    row = await enter(session, 1, parties=[site_a.id])
    await session.commit()
    with as_actor(session, Actor("a", Role.HOSPITAL, site_a.id, site_a.id)):
        assert (await find_anchor(session, anchor_id=row.id)).id == row.id
    for actor in (
        Actor("b", Role.HOSPITAL, site_b.id, site_b.id),
        Actor("l", Role.LICENSEE, uuid4()),
        Actor("r", Role.READER, site_a.id),
    ):
        with as_actor(session, actor), pytest.raises(NotFoundError):
            await find_anchor(session, anchor_id=row.id)


async def test_an_empty_log_is_an_error_and_not_an_empty_answer(session: AsyncSession) -> None:
    with pytest.raises(LogUnavailableError):
        await newest(Rows(session))


@pytest.mark.parametrize("table", LOG_TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
async def test_the_platforms_role_cannot_change_the_log(
    session: AsyncSession, run_jobs: Drain, table: str, change: str
) -> None:
    await enter(session, 1)
    await session.commit()
    await run_jobs()
    with pytest.raises(DBAPIError):
        await session.execute(text(change.format(table)))


async def test_the_owner_is_stopped_by_the_trigger_and_found_out_by_the_replay(
    fresh_database: Any,
) -> None:
    from renkei.server.actor import system
    from renkei.server.db import transaction

    async with transaction(system("test")) as session:
        for n in range(5):
            await enter(session, n)
    await append_pending()
    async with transaction(system("test")) as session:
        await session.execute(text("SET ROLE NONE"))
        with pytest.raises(DBAPIError, match="only grows"):
            async with session.begin_nested():
                await session.execute(update(LogEntry).values(commitment="0" * 64))
        await session.execute(text("ALTER TABLE log_entry DISABLE TRIGGER keep_log"))
        await session.execute(
            update(LogEntry).where(LogEntry.index == 2).values(commitment="0" * 64)
        )
        assert (await check_log(session)).findings == {"root_differs": 1}
