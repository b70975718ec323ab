"""IPFS CIDs, against the vectors of Kubo's profile tests (cid_profiles_test.go)."""

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20

from renkei.proof import cid
from renkei.proof.cid import cid_of, cid_of_path, cid_of_stream

MIB = 1 << 20


def keystream(size: int, seed: str) -> bytes:
    key = hashlib.sha256(seed.encode()).digest()
    return Cipher(ChaCha20(key, bytes(16)), None).encryptor().update(bytes(size))


def test_a_short_file_is_one_raw_leaf() -> None:
    assert cid_of(b"hello world") == "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (MIB, "bafkreiacndfy443ter6qr2tmbbdhadvxxheowwf75s6zehscklu6ezxmta"),
        (MIB + 1, "bafybeigmix7t42i6jacydtquhet7srwvgpizfg7gjbq7627d35mjomtu64"),
    ],
)
def test_the_chunk_boundary_is_where_kubo_has_it(size: int, expected: str) -> None:
    assert cid_of(keystream(size, "chunk-v1-seed")) == expected


def test_one_leaf_more_than_a_node_holds_makes_the_tree_deeper(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cid, "CHUNK", 4)
    monkeypatch.setattr(cid, "LINKS", 3)
    seen: list[int] = []
    node = cid._node

    def counted(children: list[cid._Block]) -> cid._Block:
        seen.append(len(children))
        return node(children)

    monkeypatch.setattr(cid, "_node", counted)
    cid_of_stream(BytesIO(bytes(40)))  # 10 leaves: 3 + 3 + 3 + 1, then 3 + 1, then 2
    assert seen == [3, 3, 3, 1, 3, 1, 2]


def test_a_path_and_its_bytes_have_one_cid(tmp_path: Path) -> None:
    data = keystream(3 * MIB + 5, "x")
    (tmp_path / "f").write_bytes(data)
    assert cid_of_path(tmp_path / "f") == cid_of(data)
    assert cid_of(b"") == "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
