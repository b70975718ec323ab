"""IPFS content identifiers of single files, profile `unixfs-v1-2025` (IPIP-499).

CIDv1, raw leaves of 1 MiB, balanced tree of at most 1,024 links a node. A file of at most 1 MiB
is one leaf: its CID's digest is its SHA-256.
"""

import base64
import hashlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

CHUNK = 1 << 20
LINKS = 1_024
RAW, DAG_PB = 0x55, 0x70


@dataclass(frozen=True, slots=True)
class _Block:
    cid: bytes
    content: int  # bytes of the file below this block
    total: int  # bytes of all blocks below it, itself included


def cid_of(data: bytes) -> str:
    """Return the CID of a file with these bytes."""
    return cid_of_stream(BytesIO(data))


def cid_of_path(path: Path) -> str:
    """Return the CID of a file, read in pieces of 1 MiB."""
    with path.open("rb") as file:
        return cid_of_stream(file)


def cid_of_stream(source: BinaryIO) -> str:
    """Return the CID of what the stream still holds."""
    level = [_leaf(source.read(CHUNK))]
    while level[-1].content == CHUNK:
        chunk = source.read(CHUNK)
        if not chunk:
            break
        level.append(_leaf(chunk))
    while len(level) > 1:
        level = [_node(level[i : i + LINKS]) for i in range(0, len(level), LINKS)]
    return "b" + base64.b32encode(level[0].cid).decode().lower().rstrip("=")


def _leaf(chunk: bytes) -> _Block:
    return _Block(_cid(RAW, chunk), len(chunk), len(chunk))


def _node(children: list[_Block]) -> _Block:
    links = b"".join(
        _field(2, _field(1, c.cid) + _field(2, b"") + b"\x18" + _varint(c.total)) for c in children
    )
    content = sum(c.content for c in children)
    # UnixFS Data: type 2 = file, filesize, one blocksize per link.
    unixfs = b"\x08\x02\x18" + _varint(content)
    unixfs += b"".join(b"\x20" + _varint(c.content) for c in children)
    block = links + _field(1, unixfs)
    return _Block(_cid(DAG_PB, block), content, len(block) + sum(c.total for c in children))


def _cid(codec: int, block: bytes) -> bytes:
    return bytes([1, codec, 0x12, 0x20]) + hashlib.sha256(block).digest()


def _field(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(value)) + value


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])
