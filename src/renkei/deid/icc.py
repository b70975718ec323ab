"""Colour profiles: their numbers stay, their descriptions, dates and makers do not (ICC.1:2022)."""

import struct

_HEAD, _ENTRY, MOST = 128, 12, 16 << 20
_TAGS = frozenset(
    b"rXYZ gXYZ bXYZ rTRC gTRC bTRC kTRC wtpt bkpt chad A2B0 A2B1 A2B2 B2A0 B2A1 B2A2".split()
)
_TYPES = frozenset([b"XYZ ", b"curv", b"para", b"mft1", b"mft2", b"mAB ", b"mBA ", b"sf32"])
_NAME = b"Scanner\0"
_OWN = {
    b"desc": b"desc" + struct.pack(">4xI", len(_NAME)) + _NAME + bytes(78),
    b"cprt": b"text\0\0\0\0\0",
}
# Version, class, colour spaces and signature; rendering intent and illuminant.
_KEPT = (slice(8, 24), slice(36, 40), slice(64, 80))


def clean_icc(profile: bytes) -> bytes | None:
    """Return a profile of the listed numbers alone, None where it cannot be read."""
    if not _HEAD + 4 <= len(profile) <= MOST or profile[36:40] != b"acsp":
        return None
    count = struct.unpack_from(">I", profile, _HEAD)[0]
    if _HEAD + 4 + count * _ENTRY > len(profile):
        return None
    values = dict(_OWN)
    for n in range(count):
        tag, at, size = struct.unpack_from(">4sII", profile, _HEAD + 4 + n * _ENTRY)
        if at + size > len(profile):
            return None
        if tag in _TAGS and profile[at : at + 4] in _TYPES:
            values[tag] = profile[at : at + size]
    return _write(profile, values)


def _write(profile: bytes, values: dict[bytes, bytes]) -> bytes:
    head = bytearray(_HEAD)
    for part in _KEPT:
        head[part] = profile[part]
    at = _HEAD + 4 + len(values) * _ENTRY
    table, body = struct.pack(">I", len(values)), b""
    for tag, value in values.items():
        padded = value + bytes(-len(value) % 4)
        table += struct.pack(">4sII", tag, at + len(body), len(value))
        body += padded
    head[:4] = struct.pack(">I", at + len(body))
    return bytes(head) + table + body
