"""The embedded log's rows in PostgreSQL."""

from collections.abc import Mapping, Sequence

from sqlalchemy import func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.ledger.server.tables import LogCheckpoint, LogEntry, LogNode
from renkei.ledger.tree import Node
from renkei.proof.note import Checkpoint
from renkei.proof.receipt import LogLeaf

LOCK = 0x72_6B_6C_6F_67  # "rklog"
CHUNK = 5000


class Rows:
    """A `Store` over one session; its transaction is the caller's."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self) -> None:
        """Wait for the log; PostgreSQL lets go when the transaction ends."""
        await self._session.execute(select(func.pg_advisory_xact_lock(LOCK)))

    async def size(self) -> int:
        """Return the number of entries."""
        last = await self._session.scalar(select(func.max(LogEntry.index)))
        return 0 if last is None else int(last) + 1

    async def find(self, keys: Sequence[str]) -> Mapping[str, tuple[int, LogLeaf]]:
        """Return index and entry of those keys that stand in the log."""
        rows = await self._session.scalars(select(LogEntry).where(LogEntry.key.in_(keys)))
        return {r.key: (r.index, LogLeaf(r.kind, r.key, r.commitment)) for r in rows}

    async def nodes(self, wanted: Sequence[Node]) -> Mapping[Node, bytes]:
        """Return the hashes of these nodes."""
        place = tuple_(LogNode.level, LogNode.position)
        found: dict[Node, bytes] = {}
        for start in range(0, len(wanted), CHUNK):
            part = list(wanted[start : start + CHUNK])
            rows = await self._session.scalars(select(LogNode).where(place.in_(part)))
            found |= {(row.level, row.position): row.hash for row in rows}
        return found

    async def append(
        self, start: int, leaves: Sequence[LogLeaf], nodes: Mapping[Node, bytes]
    ) -> None:
        """Add entries from index `start` on, and the nodes that they complete."""
        entries = [
            {"index": index, "kind": leaf.kind, "key": leaf.key, "commitment": leaf.commitment}
            for index, leaf in enumerate(leaves, start)
        ]
        await self._session.execute(insert(LogEntry), entries)
        hashes = [{"level": n[0], "position": n[1], "hash": hash_} for n, hash_ in nodes.items()]
        await self._session.execute(insert(LogNode), hashes)

    async def publish(self, checkpoint: Checkpoint, note: str) -> None:
        """Keep a signed checkpoint."""
        self._session.add(LogCheckpoint(size=checkpoint.size, root=checkpoint.root, note=note))
        await self._session.flush()

    async def latest(self) -> tuple[Checkpoint, str] | None:
        """Return the newest signed checkpoint."""
        row = await self._session.scalar(
            select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1)
        )
        if row is None:
            return None
        origin = row.note.split("\n", 1)[0]
        return Checkpoint(origin, row.size, row.root), row.note
