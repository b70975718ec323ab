"""Nodes of a growing log, against the plain tree of proof.merkle."""

import pytest

from renkei.ledger.tree import (
    Node,
    consistency_parts,
    covering,
    fold,
    inclusion_parts,
    new_nodes,
)
from renkei.proof.merkle import EMPTY, NoSuchLeafError, consistency, inclusion, leaf_hash, root

LEAVES = [leaf_hash(bytes([n])) for n in range(64)]


@pytest.fixture(scope="module")
def nodes() -> dict[Node, bytes]:
    found: dict[Node, bytes] = {}
    size = 0
    for step in (1, 2, 5, 1, 17, 38):  # batches of several sizes, 64 in all
        frontier = {node: found[node] for node in covering(0, size)}
        found |= new_nodes(size, LEAVES[size : size + step], frontier)
        size += step
    return found


def test_only_full_subtrees_are_kept(nodes: dict[Node, bytes]) -> None:
    assert len(nodes) == 64 + 32 + 16 + 8 + 4 + 2 + 1


def test_every_older_root_is_computable(nodes: dict[Node, bytes]) -> None:
    for size in range(1, 65):
        assert fold([nodes[n] for n in covering(0, size)]) == root(LEAVES[:size])
    assert fold([]) == EMPTY


def test_every_proof_of_every_size_is_the_plain_one(nodes: dict[Node, bytes]) -> None:
    for size in range(1, 65):
        for index in range(size):
            parts = inclusion_parts(index, size)
            assert [fold([nodes[n] for n in p]) for p in parts] == inclusion(LEAVES[:size], index)
        for old in range(1, size + 1):
            parts = consistency_parts(old, size)
            assert [fold([nodes[n] for n in p]) for p in parts] == consistency(LEAVES[:size], old)


def test_sizes_and_entries_that_never_were_are_refused() -> None:
    for old, new in ((0, 3), (4, 3)):
        with pytest.raises(NoSuchLeafError):
            consistency_parts(old, new)
    with pytest.raises(NoSuchLeafError):
        inclusion_parts(3, 3)
