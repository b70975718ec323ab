"""What a ledger is: data and three functions; the platform brings the place where rows are kept."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from renkei.ledger.tree import Node
from renkei.proof.note import Checkpoint, SigningKey
from renkei.proof.receipt import LogLeaf, LogProof, Receipt
from renkei.proof.trust import Trust


class Store(Protocol):
    """Rows of one log; every call belongs to one transaction of the caller."""

    async def lock(self) -> None:
        """Wait until nobody else appends, and keep others waiting until the transaction ends."""

    async def size(self) -> int:
        """Return the number of entries."""

    async def find(self, keys: Sequence[str]) -> Mapping[str, tuple[int, LogLeaf]]:
        """Return index and entry of those keys that stand in the log."""

    async def nodes(self, wanted: Sequence[Node]) -> Mapping[Node, bytes]:
        """Return the hashes of these nodes."""

    async def append(
        self, start: int, leaves: Sequence[LogLeaf], nodes: Mapping[Node, bytes]
    ) -> None:
        """Add entries from index `start` on, and the nodes that they complete."""

    async def publish(self, checkpoint: Checkpoint, note: str) -> None:
        """Keep a signed checkpoint."""

    async def latest(self) -> tuple[Checkpoint, str] | None:
        """Return the newest signed checkpoint."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """One kind of ledger.

    `submit` enters records and returns their indexes, all or none; `prove` returns the proof of one
    index; `verify` is pure and needs no network.
    """

    name: str
    about: str
    submit: Callable[[Store, Sequence[LogLeaf], SigningKey], Awaitable[list[int]]]
    prove: Callable[[Store, int], Awaitable[LogProof]]
    verify: Callable[[Receipt, Trust], Checkpoint]
