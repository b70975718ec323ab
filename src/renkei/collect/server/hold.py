"""Put aside what cannot be taken, with its bytes and the reason."""

from uuid import UUID

from blake3 import blake3
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.collect.quarantine import HeldState
from renkei.collect.server.tables import Batch, BatchFile, FileState, Quarantine
from renkei.server.audit import record
from renkei.server.storage import Plain, store


async def hold_file(
    session: AsyncSession,
    *,
    batch: Batch,
    row: BatchFile | None,
    kind: str,
    data: Plain,
    reason: str,
    subject_id: UUID | None = None,
) -> None:
    """Keep a file's bytes under the batch's key; `row` is its line in the manifest, if it has one.

    The same bytes for the same reason are kept once.
    """
    await _keep(session, batch, row, kind, data, reason, subject_id, part=False)
    if row is not None:
        row.state, row.reason, row.subject_id = FileState.QUARANTINED, reason, subject_id
        await session.flush()


async def hold_part(
    session: AsyncSession,
    *,
    batch: Batch,
    row: BatchFile,
    data: Plain,
    reason: str,
    subject_id: UUID | None,
) -> None:
    """Keep one subject's share of a file of several."""
    await _keep(session, batch, row, row.kind, data, reason, subject_id, part=True)
    row.parts_refused += 1


async def _keep(
    session: AsyncSession,
    batch: Batch,
    row: BatchFile | None,
    kind: str,
    data: Plain,
    reason: str,
    subject_id: UUID | None,
    *,
    part: bool,
) -> None:
    stored = await store(session, data, site_id=batch.site_id, batch_id=batch.id)
    values = insert(Quarantine).values(
        batch_id=batch.id,
        site_id=batch.site_id,
        kind=kind,
        reason=reason,
        blake3=blake3(data).hexdigest(),
        bytes=len(data),
        object_id=stored.id,
        n=None if row is None else row.n,
        part=part,
        subject_id=subject_id,
        state=HeldState.HELD,
    )
    held: Quarantine | None = await session.scalar(
        values.on_conflict_do_nothing().returning(Quarantine)
    )
    if held is not None:
        await record(session, "collect.quarantine", held, why=reason)
