"""Comments inside compressed pictures: JPEG, JPEG-LS and JPEG 2000 carry text beside the pixels."""

import re

from renkei.errors import DataRefusedError

_SOI, _EOI, _SOC = b"\xff\xd8", b"\xff\xd9", b"\xff\x4f"
_SOS, _END = 0xDA, 0xD9
_SOT, _SOD, _J2K_COM = 0x90, 0x93, 0x64
_ADOBE, _ADOBE_LENGTH = 0xEE, 14  # the colour transform; without it colours change
_HP, _HP_LENGTH = 0xE8, 7  # JPEG-LS colour transform 'mrfx'
# Frames, tables, scans, lines, restarts; JPEG-LS adds F7 and F8. Nothing else is kept.
_NEEDED = frozenset({*range(0xC0, 0xD0), *range(0xDA, 0xE0), 0xF7, 0xF8})
# In a scan a byte after FF is 00 or a restart; JPEG-LS keeps it below 80 (T.81 B.1.1.2, T.87 A.1).
_MARKER = re.compile(rb"\xff+[\x80-\xcf\xd8-\xfe]")
_JPEG2000 = frozenset(f"1.2.840.10008.1.2.4.{n}" for n in (90, 91, 92, 93, 201, 202, 203))


class DamagedStreamError(DataRefusedError):
    """The compressed picture is not built as its format says."""


def damaged() -> DamagedStreamError:
    """Return the refusal of a stream."""
    return DamagedStreamError("A compressed picture is damaged.", reason="picture_damaged")


def strip_comments(fragment: bytes, syntax: str) -> bytes:
    """Return a fragment without comments and application segments; other streams as they are.

    A frame may lie in several fragments, so one that ends early is cleaned as far as it can be
    read.
    """
    try:
        if syntax in _JPEG2000:
            start = fragment.find(_SOC + b"\xff\x51", 0, 512)
            # A JP2 file wraps the stream in boxes that may hold XML; DICOM wants the stream alone.
            return clean_j2k(fragment[start:]) if start >= 0 else fragment
        return clean_jpeg(fragment) if fragment.startswith(_SOI) else fragment
    except DamagedStreamError:
        return _head_only(fragment, syntax)


def clean_jpeg(stream: bytes) -> bytes:
    """Return a JPEG or JPEG-LS stream with what shows the picture alone, cut at its end.

    Raises:
        DamagedStreamError: Its segments do not follow one another.
    """
    if not stream.startswith(_SOI):
        raise damaged()
    kept, at = [_SOI], 2
    while at < len(stream):
        found = _MARKER.match(stream, at)
        if found is None:
            raise damaged()
        marker, at = stream[found.end() - 1], found.end() - 2
        if marker == _END:
            return b"".join([*kept, _EOI])
        end = at + 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
        if not at + 4 <= end <= len(stream):
            raise damaged()
        segment, at = stream[at:end], end
        if marker in _NEEDED or _colour(marker, segment):
            kept.append(segment)
        if marker == _SOS:
            found = _MARKER.search(stream, at)
            end = found.start() if found else len(stream)
            kept.append(stream[at:end])
            at = end
    return b"".join(kept)


def jpeg_head(stream: bytes) -> tuple[int, bytes]:
    """Return where the first scan of a JPEG begins, and what is kept of the bytes before it.

    Raises:
        DamagedStreamError: Its segments do not follow one another, or it has no scan.
    """
    kept, at, marker = [stream[:2]], 2, 0
    while marker != _SOS:
        found = _MARKER.match(stream, at)
        if found is None or found[0][-1] == _END:
            raise damaged()
        marker, at = stream[found.end() - 1], found.end() - 2
        end = at + 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
        if not at + 4 <= end <= len(stream):
            raise damaged()
        if marker in _NEEDED or _colour(marker, stream[at:end]):
            kept.append(stream[at:end])
        at = end
    return at, b"".join(kept)


def clean_j2k(stream: bytes) -> bytes:
    """Return a JPEG 2000 codestream without comments, cut at its end (T.800 A.4, A.9.2).

    Raises:
        DamagedStreamError: Its segments do not follow one another.
    """
    if not stream.startswith(_SOC):
        raise damaged()
    head, at = _segments(stream, 2, _SOT)
    kept = [_SOC, head]
    while stream[at : at + 2] == b"\xff\x90":
        length = int.from_bytes(stream[at + 6 : at + 10], "big")
        # A length of zero says "up to the end of the stream", whose mark no packet can hold.
        stop = at + length if length else stream.find(_EOI, at)
        if not at + 14 <= stop <= len(stream):
            raise damaged()
        head, body = _segments(stream[:stop], at + 12, _SOD)
        size = 12 + len(head) + stop - body
        start = stream[at : at + 6] + size.to_bytes(4, "big") + stream[at + 10 : at + 12]
        kept += [start, head, stream[body:stop]]
        at = stop
    if stream[at : at + 2] == _EOI:
        return b"".join([*kept, _EOI])
    if at < len(stream):
        raise damaged()
    return b"".join(kept)


def _segments(stream: bytes, at: int, last: int) -> tuple[bytes, int]:
    """Return the segments up to a marker, without comments, and where that marker stands."""
    kept: list[bytes] = []
    while stream[at : at + 1] == b"\xff" and at + 4 <= len(stream):
        marker = stream[at + 1]
        if marker == last:
            return b"".join(kept), at
        end = at + 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
        if marker != _J2K_COM:
            kept.append(stream[at:end])
        at = end
    raise damaged()


def _head_only(stream: bytes, syntax: str) -> bytes:
    j2k = syntax in _JPEG2000
    at = max(stream.find(_SOC + b"\xff\x51", 0, 512), 0) if j2k else 0
    kept, at = [stream[at : at + 2]], at + 2
    while at + 4 <= len(stream) and stream[at] == 0xFF:
        marker = stream[at + 1]
        if marker == (_SOT if j2k else _SOS):
            break
        end = at + 2 + int.from_bytes(stream[at + 2 : at + 4], "big")
        drop = marker == _J2K_COM if j2k else marker == 0xFE or 0xE0 <= marker <= 0xEF
        if not drop or _colour(marker, stream[at:end]):
            kept.append(stream[at:end])
        at = end
    kept.append(stream[at:])
    return b"".join(kept)


def _colour(marker: int, segment: bytes) -> bool:
    if marker == _ADOBE:
        return segment[4:9] == b"Adobe" and len(segment) == _ADOBE_LENGTH + 2
    return marker == _HP and segment[4:8] == b"mrfx" and len(segment) == _HP_LENGTH + 2
