"""NIfTI: text fields cleared, extensions and bytes after the voxels dropped, voxels untouched."""

import gzip
import struct

from renkei.deid.genes import expand
from renkei.deid.pseudonym import PseudonymKey, name_file, pseudonym
from renkei.deid.result import Kind, Result, State, held

HEADER_1, HEADER_2 = 348, 540
# (offset, length) of the text fields of both header versions.
_TEXTS = {
    HEADER_1: ((4, 10), (14, 18), (148, 80), (228, 24), (328, 16)),
    HEADER_2: ((240, 80), (320, 24), (508, 16)),
}
_MAGIC = {HEADER_1: b"n+1\0", HEADER_2: b"n+2\0"}


def deidentify_nifti(
    data: bytes, key: PseudonymKey, *, patient: str, kind: Kind = Kind.NIFTI
) -> Result:
    """Return the volume with an empty description, gzipped with no name and no time."""
    subject = pseudonym(key, "patient", patient)
    plain = expand(data)
    if plain is None or len(plain) < HEADER_1:
        return held(kind, "malformed", subject=subject)
    size, order = _size(plain)
    if not size or plain[_magic_at(size) : _magic_at(size) + 4] != _MAGIC[size]:
        return held(kind, "not_nifti", subject=subject)
    try:
        start, length = _voxels(plain, size, order)
    except struct.error:
        return held(kind, "malformed", subject=subject)
    if length <= 0 or start < size or start + length > len(plain):
        return held(kind, "truncated", subject=subject)
    head = bytearray(plain[:size])
    for at, width in _TEXTS[size]:
        head[at : at + width] = bytes(width)
    first = size + 4
    first += -first % 16
    struct.pack_into(
        f"{order}f" if size == HEADER_1 else f"{order}q", head, _offset_at(size), first
    )
    body = bytes(head) + bytes(first - size) + plain[start : start + length]
    clean = gzip.compress(body, compresslevel=4, mtime=0)
    reasons = []
    if start > first:
        reasons.append("extensions_dropped")
    if start + length < len(plain):
        reasons.append("trailing_bytes_dropped")
    return Result(
        kind, State.CLEAN, data=clean, name=name_file(key, body, ".nii.gz"), reasons=tuple(reasons),
        counts={"text_fields_cleared": len(_TEXTS[size])}, subject=subject,
    )  # fmt: skip


def _size(plain: bytes) -> tuple[int, str]:
    for order in "<>":
        size = int(struct.unpack_from(f"{order}i", plain)[0])
        if size in _TEXTS:
            return size, order
    return 0, "<"


def _magic_at(size: int) -> int:
    return 344 if size == HEADER_1 else 4


def _offset_at(size: int) -> int:
    return 108 if size == HEADER_1 else 168


def _voxels(plain: bytes, size: int, order: str) -> tuple[int, int]:
    if size == HEADER_1:
        dims = struct.unpack_from(f"{order}8h", plain, 40)
        bits = struct.unpack_from(f"{order}h", plain, 72)[0]
        start = int(struct.unpack_from(f"{order}f", plain, 108)[0])
    else:
        dims = struct.unpack_from(f"{order}8q", plain, 16)
        bits = struct.unpack_from(f"{order}h", plain, 14)[0]
        start = int(struct.unpack_from(f"{order}q", plain, 168)[0])
    count = 1
    for extent in dims[1 : 1 + max(0, min(dims[0], 7))]:
        count *= max(0, extent)
    return start, count * bits // 8
