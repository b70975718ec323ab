"""Comments inside compressed pictures: JPEG, JPEG-LS and JPEG 2000 carry text beside the pixels."""

_SOI, _SOS, _SOC, _SOT, _COD_COM = b"\xff\xd8", 0xDA, b"\xff\x4f", 0x90, 0x64
_COM = 0xFE
_ADOBE, _ADOBE_LENGTH = 0xEE, 14  # the colour transform; without it colours change
_HP, _HP_LENGTH = 0xE8, 7  # JPEG-LS colour transform 'mrfx'
_JPEG2000 = frozenset(f"1.2.840.10008.1.2.4.{n}" for n in (90, 91, 92, 93, 201, 202, 203))


def strip_comments(fragment: bytes, syntax: str) -> bytes:
    """Return a fragment without comments and application segments; other streams as they are."""
    if syntax in _JPEG2000:
        start = fragment.find(_SOC + b"\xff\x51", 0, 512)
        # A JP2 file wraps the stream in boxes that may hold XML; DICOM wants the stream alone.
        return _strip(fragment[start:], 2, _SOT, frozenset({_COD_COM})) if start >= 0 else fragment
    if fragment.startswith(_SOI):
        drop = frozenset({_COM, *range(0xE0, 0xF0)})
        return _strip(fragment, 2, _SOS, drop)
    return fragment


def _strip(stream: bytes, offset: int, last: int, drop: frozenset[int]) -> bytes:
    kept = [stream[:offset]]
    while offset + 4 <= len(stream) and stream[offset] == 0xFF:
        marker = stream[offset + 1]
        if marker == last:
            break
        length = int.from_bytes(stream[offset + 2 : offset + 4], "big")
        end = offset + 2 + length
        segment = stream[offset:end]
        if marker not in drop or _colour(marker, segment):
            kept.append(segment)
        offset = end
    kept.append(stream[offset:])
    return b"".join(kept)


def _colour(marker: int, segment: bytes) -> bool:
    if marker == _ADOBE:
        return segment[4:9] == b"Adobe" and len(segment) == _ADOBE_LENGTH + 2
    return marker == _HP and segment[4:8] == b"mrfx" and len(segment) == _HP_LENGTH + 2
