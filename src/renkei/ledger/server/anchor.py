"""Anchor a record: into the outbox in the caller's transaction, into the ledger by a job."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.ledger.backends import ledgers
from renkei.ledger.contract import KeyTakenError, check_leaf
from renkei.ledger.server.key import signing_key
from renkei.ledger.server.store import Rows
from renkei.ledger.server.tables import Anchor, AnchorState
from renkei.plugins import by_name
from renkei.proof import canonical, commit, new_salt
from renkei.proof.receipt import LogLeaf
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import transaction
from renkei.server.jobs import defer

BATCH = 1000
APPEND_JOB = "ledger.append"
LEDGER = "embedded"


async def anchor(
    session: AsyncSession,
    *,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    parties: Iterable[UUID] = (),
    subject_id: UUID | None = None,
) -> Anchor:
    """Commit to a record; the same record under the same key again changes nothing.

    `parties` are the organisations that may see it and get a receipt.

    Raises:
        KeyTakenError: The key stands for another record, or one that the actor may not see.
        LeafRefusedError: The ledger does not take this kind or key.
    """
    salt = new_salt()
    commitment = commit(payload, salt)
    check_leaf(LogLeaf(kind, key, commitment), None)
    row = insert(Anchor).values(
        kind=kind,
        key=key,
        payload=dict(payload),
        salt=salt.hex(),
        commitment=commitment,
        parties=sorted({str(party) for party in parties}),
        subject_id=subject_id,
        ledger=LEDGER,
    )
    made: Anchor | None = await session.scalar(row.on_conflict_do_nothing().returning(Anchor))
    if made is None:
        return await _known(session, key, payload)
    await record(session, "ledger.anchor", made)
    await defer(session, APPEND_JOB)
    return made


async def _known(session: AsyncSession, key: str, payload: Mapping[str, Any]) -> Anchor:
    known = await session.scalar(select(Anchor).where(Anchor.key == key))
    # After a recall nothing is left to compare with, and nothing to protect.
    if known is None or (
        known.payload is not None and canonical(known.payload) != canonical(dict(payload))
    ):
        raise KeyTakenError("The ledger holds another record under this key; choose another key.")
    return known


async def append_pending() -> int:
    """Enter what is pending, in batches of 1,000 under the log's lock; return how many."""
    key = await signing_key()
    entered = 0
    while True:
        async with transaction(system("append to the ledger")) as session:
            store = Rows(session)
            await store.lock()
            rows = list(
                await session.scalars(
                    select(Anchor)
                    .where(Anchor.state == AnchorState.PENDING)
                    .order_by(Anchor.id)
                    .limit(BATCH)
                )
            )
            if not rows:
                return entered
            ledger = by_name(ledgers(), LEDGER)
            leaves = [LogLeaf(row.kind, row.key, row.commitment) for row in rows]
            indexes = await ledger.submit(store, leaves, key)
            for row, index in zip(rows, indexes, strict=True):
                row.state, row.index = AnchorState.ANCHORED, index
                row.anchored_at = datetime.now(UTC)
            entered += len(rows)
