"""The embedded log over rows in memory."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renkei.errors import RenkeiError
from renkei.ledger.backends import LEDGERS, ledgers
from renkei.ledger.backends.embedded import (
    LEDGER,
    LogUnavailableError,
    NoSuchEntryError,
    newest,
    origin_of,
    prove_growth,
)
from renkei.ledger.contract import KeyTakenError, LeafRefusedError
from renkei.ledger.tree import Node
from renkei.proof import commit
from renkei.proof.merkle import verify_consistency
from renkei.proof.note import Checkpoint, SigningKey
from renkei.proof.recalls import sign_recalls
from renkei.proof.receipt import LogLeaf, Receipt
from renkei.proof.trust import Trust

KEY = SigningKey("platform.example", bytes(range(32)))
SALT = bytes(32)
RECALLS = sign_recalls([], datetime(2026, 1, 1, tzinfo=UTC), KEY)
TRUST = Trust(origin_of(KEY.name), KEY.verifier, (), 0, RECALLS)


class Rows:
    """A log in memory."""

    def __init__(self) -> None:
        self.entries: list[LogLeaf] = []
        self.hashes: dict[Node, bytes] = {}
        self.notes: list[tuple[Checkpoint, str]] = []

    async def lock(self) -> None:
        return

    async def size(self) -> int:
        return len(self.entries)

    async def find(self, keys: Sequence[str]) -> Mapping[str, tuple[int, LogLeaf]]:
        return {e.key: (i, e) for i, e in enumerate(self.entries) if e.key in keys}

    async def nodes(self, wanted: Sequence[Node]) -> Mapping[Node, bytes]:
        return {node: self.hashes[node] for node in wanted if node in self.hashes}

    async def append(
        self, start: int, leaves: Sequence[LogLeaf], nodes: Mapping[Node, bytes]
    ) -> None:
        assert start == len(self.entries)
        self.entries += leaves
        self.hashes |= nodes

    async def publish(self, checkpoint: Checkpoint, note: str) -> None:
        self.notes.append((checkpoint, note))

    async def latest(self) -> tuple[Checkpoint, str] | None:
        return self.notes[-1] if self.notes else None


def leaf(number: int, value: Any = None) -> LogLeaf:
    return LogLeaf("version", f"version/{number}", commit({"value": value}, SALT))


@settings(max_examples=25)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=6))
async def test_every_record_of_every_batch_has_a_receipt_that_verifies(sizes: list[int]) -> None:
    rows = Rows()
    number = 0
    for size in sizes:
        indexes = await LEDGER.submit(rows, [leaf(number + i) for i in range(size)], KEY)
        assert indexes == list(range(number, number + size))
        number += size
    for index in range(number):
        proof = (await LEDGER.prove(rows, index)).to_text()
        receipt = Receipt("version", f"version/{index}", {"value": None}, SALT, proof)
        assert LEDGER.verify(receipt, TRUST).size == number


async def test_the_same_record_again_is_no_new_entry_and_no_new_checkpoint() -> None:
    rows = Rows()
    assert await LEDGER.submit(rows, [leaf(1), leaf(1), leaf(2)], KEY) == [0, 0, 1]
    assert await LEDGER.submit(rows, [leaf(2), leaf(1)], KEY) == [1, 0]
    assert (len(rows.entries), len(rows.notes)) == (2, 1)


async def test_a_taken_key_is_refused_and_its_batch_leaves_nothing() -> None:
    rows = Rows()
    await LEDGER.submit(rows, [leaf(1)], KEY)
    with pytest.raises(KeyTakenError):
        await LEDGER.submit(rows, [leaf(2), leaf(1, "other")], KEY)
    assert len(rows.entries) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        LogLeaf("patient", "patient/1", "0" * 64),
        LogLeaf("version", "grant/1", "0" * 64),
        LogLeaf("version", "version/../x", "0" * 64),
        LogLeaf("version", "version/田中", "0" * 64),
        LogLeaf("version", "version/1", "plain text"),
    ],
)
async def test_an_entry_of_another_form_is_refused(wrong: LogLeaf) -> None:
    with pytest.raises(LeafRefusedError):
        await LEDGER.submit(Rows(), [wrong], KEY)


async def test_every_two_checkpoints_are_consistent() -> None:
    rows = Rows()
    for number in range(12):
        await LEDGER.submit(rows, [leaf(number)], KEY)
    for old, _ in rows.notes:
        for new, _ in rows.notes[old.size - 1 :]:
            proof = await prove_growth(rows, old.size, new.size)
            assert verify_consistency(old.size, new.size, old.root, new.root, proof)


async def test_a_log_without_checkpoint_or_nodes_says_so_instead_of_nothing() -> None:
    rows = Rows()
    with pytest.raises(LogUnavailableError):
        await newest(rows)
    await LEDGER.submit(rows, [leaf(n) for n in range(3)], KEY)
    del rows.hashes[0, 2]
    with pytest.raises(LogUnavailableError):
        await LEDGER.prove(rows, 0)


@pytest.mark.parametrize(("old", "new"), [(0, 1), (2, 1), (1, 9)])
async def test_entries_and_sizes_that_never_were_are_not_found(old: int, new: int) -> None:
    rows = Rows()
    await LEDGER.submit(rows, [leaf(1)], KEY)
    with pytest.raises(NoSuchEntryError):
        await prove_growth(rows, old, new)
    with pytest.raises(NoSuchEntryError):
        await LEDGER.prove(rows, 1)


def test_the_embedded_ledger_is_the_first_of_those_installed() -> None:
    assert LEDGERS[0] is LEDGER
    assert ledgers()[0].name == "embedded"
    assert issubclass(LogUnavailableError, RenkeiError)
    assert LogUnavailableError.exit_code == 7
