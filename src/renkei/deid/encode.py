"""Write elements as explicit VR little endian; only what is passed in can be in the output."""

import struct
from collections.abc import Sequence

_LONG = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"])
_BLANK = frozenset(
    ["AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UR", "UT"]
)
IMPLEMENTATION_UID = "2.25.302184561022437194813427190473916478101"
IMPLEMENTATION_NAME = "RENKEI_1"


def element(tag: int, vr: str, value: bytes) -> bytes:
    """Return one element, padded to an even length as its VR asks."""
    if len(value) % 2:
        value += b" " if vr in _BLANK else b"\0"
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode("ascii"))
    if vr in _LONG:
        return head + struct.pack("<HI", 0, len(value)) + value
    return head + struct.pack("<H", len(value)) + value


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
    body = element(0x00020001, "OB", b"\0\1")
    for tag, text in (
        (0x00020002, sop_class),
        (0x00020003, sop_uid),
        (0x00020010, syntax),
        (0x00020012, IMPLEMENTATION_UID),
    ):
        body += element(tag, "UI", text.encode("ascii"))
    body += element(0x00020013, "SH", IMPLEMENTATION_NAME.encode("ascii"))
    length = element(0x00020000, "UL", struct.pack("<I", len(body)))
    return bytes(128) + b"DICM" + length + body
