"""Write elements as explicit VR little endian; only what is passed in can be in the output."""

import struct
from collections.abc import Sequence
from functools import lru_cache

_LONG = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"])
_BLANK = frozenset(
    ["AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UR", "UT"]
)
_SHORT_HEAD = struct.Struct("<HH2sH").pack
_LONG_HEAD = struct.Struct("<HH2sHI").pack
_BEGIN = bytes(128) + b"DICM"
IMPLEMENTATION_UID = "2.25.302184561022437194813427190473916478101"
IMPLEMENTATION_NAME = "RENKEI_1"


def element(tag: int, vr: str, value: bytes) -> bytes:
    """Return one element, padded to an even length as its VR asks."""
    if len(value) % 2:
        value += b" " if vr in _BLANK else b"\0"
    if vr in _LONG:
        return long_head(tag, vr, len(value)) + value
    return _SHORT_HEAD(tag >> 16, tag & 0xFFFF, vr.encode("ascii"), len(value)) + value


def long_head(tag: int, vr: str, length: int) -> bytes:
    """Return the head of an element whose length takes four bytes."""
    return _LONG_HEAD(tag >> 16, tag & 0xFFFF, vr.encode("ascii"), 0, length)


def sequence(tag: int, items: Sequence[bytes]) -> bytes:
    """Return a sequence of defined length from the bytes of its items."""
    body = b"".join(struct.pack("<HHI", 0xFFFE, 0xE000, len(item)) + item for item in items)
    return element(tag, "SQ", body)


def encapsulated(tag: int, fragments: Sequence[bytes]) -> bytes:
    """Return compressed pixel data with an empty offset table."""
    padded = [f + b"\0" * (len(f) % 2) for f in fragments]
    body = b"".join(struct.pack("<HHI", 0xFFFE, 0xE000, len(f)) + f for f in [b"", *padded])
    head = struct.pack("<HH2sHI", tag >> 16, tag & 0xFFFF, b"OB", 0, 0xFFFFFFFF)
    return head + body + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def file_head(sop_class: str, sop_uid: str, syntax: str) -> bytes:
    """Return an empty preamble and newly built file meta information."""
    before, after = _meta(sop_class, syntax)
    uid = element(0x00020003, "UI", sop_uid.encode("ascii"))
    length = struct.pack("<I", len(before) + len(uid) + len(after))
    return _BEGIN + element(0x00020000, "UL", length) + before + uid + after


@lru_cache(maxsize=64)
def _meta(sop_class: str, syntax: str) -> tuple[bytes, bytes]:
    before = element(0x00020001, "OB", b"\0\1")
    before += element(0x00020002, "UI", sop_class.encode("ascii"))
    after = element(0x00020010, "UI", syntax.encode("ascii"))
    after += element(0x00020012, "UI", IMPLEMENTATION_UID.encode("ascii"))
    return before, after + element(0x00020013, "SH", IMPLEMENTATION_NAME.encode("ascii"))
