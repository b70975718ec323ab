"""Merkle trees of RFC 6962: roots, inclusion and consistency proofs, checked as RFC 9162 §2.1.

Everything here takes and returns hashes of 32 bytes; `leaf_hash` makes one of data.
"""

import hashlib
from collections.abc import Sequence

from renkei.errors import DataRefusedError

EMPTY = hashlib.sha256(b"").digest()
HASH_BYTES = 32


class NoSuchLeafError(DataRefusedError):
    """The tree has no such leaf or size."""


def leaf_hash(data: bytes) -> bytes:
    """Return SHA-256(00 ‖ data): no leaf can be mistaken for a node."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return SHA-256(01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """Return the largest power of two below `size` (size ≥ 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def root(leaves: Sequence[bytes]) -> bytes:
    """Return the root of leaf hashes in their order; the empty tree has SHA-256("")."""
    if not leaves:
        return EMPTY
    level = list(leaves)
    while len(level) > 1:
        # Pairing from the left and carrying an odd last node up equals the recursive split.
        paired = [node_hash(*level[i : i + 2]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the hashes that lead from leaf `index` to the root, lowest first.

    Raises:
        NoSuchLeafError: There is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise NoSuchLeafError("The tree has no leaf at this index.")
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*inclusion(leaves[:k], index), root(leaves[k:])]
    return [*inclusion(leaves[k:], index - k), root(leaves[:k])]


def consistency(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """Return the hashes that show that the first `old` leaves are a prefix (1 ≤ old ≤ size).

    Raises:
        NoSuchLeafError: `old` is no size of an earlier tree.
    """
    if not 0 < old <= len(leaves):
        raise NoSuchLeafError("The tree never had this size.")
    return _subproof(leaves, old, whole=True)


def _subproof(leaves: Sequence[bytes], old: int, *, whole: bool) -> list[bytes]:
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if old <= k:
        return [*_subproof(leaves[:k], old, whole=whole), root(leaves[k:])]
    return [*_subproof(leaves[k:], old - k, whole=False), root(leaves[:k])]


def root_from(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """Return the root that an inclusion proof leads to, None when it cannot be a proof."""
    if not 0 <= index < size or any(len(h) != HASH_BYTES for h in (leaf, *proof)):
        return None
    fn, sn, found = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            found = node_hash(sibling, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, sibling)
        fn, sn = fn >> 1, sn >> 1
    return found if sn == 0 else None


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes
) -> bool:
    """Tell whether `leaf` stands at `index` of the tree of `size` with root `expected`."""
    return root_from(leaf, index, size, proof) == expected


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether the tree of size `new` only appended to the tree of size `old`."""
    if not 0 < old <= new or any(len(h) != HASH_BYTES for h in (old_root, new_root, *proof)):
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for node in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(node, fr), node_hash(node, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, node)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == new_root
