"""RFC 6962 trees."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.proof.merkle import (
    EMPTY,
    NoSuchLeafError,
    consistency,
    inclusion,
    leaf_hash,
    node_hash,
    root,
    root_from,
    split,
    verify_consistency,
    verify_inclusion,
)

# Inputs and roots that the Certificate Transparency implementations share.
PUBLIC_INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
PUBLIC_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(i.to_bytes(2, "big")) for i in range(65)]


def by_definition(leaves: list[bytes]) -> bytes:
    if not leaves:
        return EMPTY
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node_hash(by_definition(leaves[:k]), by_definition(leaves[k:]))


@pytest.mark.parametrize("size", range(1, 9))
def test_the_public_roots_are_reproduced(size: int) -> None:
    leaves = [leaf_hash(bytes.fromhex(text)) for text in PUBLIC_INPUTS[:size]]
    assert root(leaves).hex() == PUBLIC_ROOTS[size - 1]


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert root([]) == hashlib.sha256(b"").digest()


def test_every_root_equals_the_recursive_definition() -> None:
    for size in range(65):
        assert root(LEAVES[:size]) == by_definition(LEAVES[:size])


def test_every_inclusion_proof_holds_at_its_place_and_at_no_other() -> None:
    for size in range(1, 65):
        expected = root(LEAVES[:size])
        for index in range(size):
            proof = inclusion(LEAVES[:size], index)
            assert verify_inclusion(LEAVES[index], index, size, proof, expected)
            assert not verify_inclusion(LEAVES[64], index, size, proof, expected)
            if size > 1:
                assert not verify_inclusion(
                    LEAVES[index], (index + 1) % size, size, proof, expected
                )


def test_every_consistency_proof_holds_and_none_holds_for_another_past() -> None:
    for new in range(1, 65):
        new_root = root(LEAVES[:new])
        for old in range(1, new + 1):
            proof = consistency(LEAVES[:new], old)
            old_root = root(LEAVES[:old])
            assert verify_consistency(old, new, old_root, new_root, proof)
            rewritten = root([LEAVES[64], *LEAVES[1:old]])
            assert not verify_consistency(old, new, rewritten, new_root, proof)


@given(st.integers(2, 64), st.data())
def test_any_flipped_bit_in_a_proof_is_noticed(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion(LEAVES[:size], index)
    place = data.draw(st.integers(0, len(proof) * 256 - 1))
    changed = bytearray(proof[place // 256])
    changed[place % 256 // 8] ^= 1 << place % 8
    proof[place // 256] = bytes(changed)
    assert not verify_inclusion(LEAVES[index], index, size, proof, root(LEAVES[:size]))


def test_proofs_that_are_too_short_too_long_or_out_of_range_are_refused() -> None:
    proof = inclusion(LEAVES[:7], 2)
    for wrong in (proof[:-1], [*proof, LEAVES[0]], [*proof[:-1], b"short"]):
        assert not verify_inclusion(LEAVES[2], 2, 7, wrong, root(LEAVES[:7]))
    assert root_from(LEAVES[0], 7, 7, proof) is None
    assert not verify_consistency(0, 3, EMPTY, root(LEAVES[:3]), [])
    assert not verify_consistency(2, 3, root(LEAVES[:2]), root(LEAVES[:3]), [])
    assert not verify_consistency(3, 5, root(LEAVES[:3]), root(LEAVES[:5]), [])
    with pytest.raises(NoSuchLeafError):
        inclusion(LEAVES[:3], 3)
    with pytest.raises(NoSuchLeafError):
        consistency(LEAVES[:3], 4)
