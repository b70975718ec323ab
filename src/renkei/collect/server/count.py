"""Count what became of a batch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.collect.quarantine import HeldState
from renkei.collect.server.tables import BatchFile, FileState, Quarantine


@dataclass(slots=True)
class Counts:
    """What became of a batch: sent = stored + quarantined + missing, missing 0 once closed.

    `sent` counts the manifest's files and those that came without standing in it;
    `parts_refused` counts subjects' shares of stored files that could not be taken.
    """

    stored: int = 0
    missing: int = 0
    quarantined: dict[str, int] = field(default_factory=dict)
    parts_refused: dict[str, int] = field(default_factory=dict)

    @property
    def sent(self) -> int:
        """All files, each counted once."""
        return self.stored + self.missing + sum(self.quarantined.values())


async def count_batch(session: AsyncSession, *, batch_id: UUID) -> Counts:
    """Count what became of the files of one batch."""
    return (await count_batches(session, [batch_id]))[batch_id]


async def count_batches(session: AsyncSession, batch_ids: Sequence[UUID]) -> dict[UUID, Counts]:
    """Count what became of the files of each batch."""
    found = {batch_id: Counts() for batch_id in batch_ids}
    files = await session.execute(
        select(BatchFile.batch_id, BatchFile.state, BatchFile.reason, func.count())
        .where(BatchFile.batch_id.in_(batch_ids))
        .group_by(BatchFile.batch_id, BatchFile.state, BatchFile.reason)
    )
    for batch_id, state, reason, count in files:
        counts = found[batch_id]
        if state is FileState.STORED:
            counts.stored += count
        elif state is FileState.EXPECTED:
            counts.missing += count
        else:
            _add(counts.quarantined, reason or "", count)
    # Beside the manifest's files: strangers (without a number) and refused shares of stored files.
    released = Quarantine.state == HeldState.RELEASED
    held = await session.execute(
        select(Quarantine.batch_id, Quarantine.part, Quarantine.reason, released, func.count())
        .where(Quarantine.batch_id.in_(batch_ids), Quarantine.part | Quarantine.n.is_(None))
        .group_by(Quarantine.batch_id, Quarantine.part, Quarantine.reason, released)
    )
    for batch_id, part, reason, is_released, count in held:
        counts = found[batch_id]
        if is_released:
            counts.stored += 0 if part else count
            continue
        _add(counts.parts_refused if part else counts.quarantined, reason, count)
    return found


def _add(counts: dict[str, int], reason: str, count: int) -> None:
    counts[reason] = counts.get(reason, 0) + count
