"""Labels: segments on a source grid; overlaps stay, an empty segment is an asserted absence.

The canonical bytes are what everything else hashes: per segment and slice the mask as packed
bits. Compression is put around them, never under the hash: zstd's bytes differ by release.
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

from renkei.errors import DataRefusedError
from renkei.imaging.codes import Code
from renkei.imaging.geometry import Geometry
from renkei.proof import canonical

MAGIC = b"RKLB\x01"
MAX_HEADER = 2**22
MAX_BITS = 2**33


class LabelsRefusedError(DataRefusedError):
    """These are not labels that can be read."""


class OverlapError(DataRefusedError):
    """Segments overlap, and the format cannot hold that."""


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """One structure: its number (from 1), name, code and mask (z, y, x) of bool."""

    number: int
    name: str
    code: Code
    mask: NDArray[np.bool_] = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class LabelSet:
    """Segments on one grid, bound to a vocabulary version such as `abdomen/1`.

    `marks` are measurements, points and answers as JSON values; the hash covers them.
    """

    geometry: Geometry
    segments: tuple[Segment, ...]
    vocabulary: str = ""
    marks: tuple[dict[str, Any], ...] = ()

    def __post_init__(self) -> None:
        """Refuse masks off the grid and numbers that repeat."""
        if any(s.mask.shape != self.geometry.shape for s in self.segments):
            raise LabelsRefusedError("A mask does not fit the grid of its source.")
        numbers = [s.number for s in self.segments]
        if numbers != sorted(set(numbers)) or any(n < 1 for n in numbers):
            raise LabelsRefusedError("Segment numbers must rise from 1.")

    def named(self, name: str) -> Segment | None:
        """Return the segment of that name."""
        return next((s for s in self.segments if s.name == name), None)


def label_hash(labels: LabelSet) -> str:
    """Return the SHA-256 over vocabulary, geometry, codes, marks and bits."""
    found = sha256(_header(labels))
    for segment in labels.segments:
        found.update(_bits(segment.mask))
    return found.hexdigest()


def pack(labels: LabelSet) -> bytes:
    """Return the canonical bytes, compressed."""
    body = b"".join(_bits(segment.mask) for segment in labels.segments)
    header = _header(labels)
    small = zstandard.ZstdCompressor(level=3).compress(body)
    return MAGIC + struct.pack("<I", len(header)) + header + small


def unpack(packed: bytes) -> LabelSet:
    """Return the labels of canonical bytes.

    Raises:
        LabelsRefusedError: The bytes are something else, over the limit, or cut off.
    """
    said, bits = _split(packed)
    try:
        header = json.loads(said)
        place = header["geometry"]
        geometry = Geometry(*(tuple(place[k]) for k in ("shape", "spacing", "origin", "direction")))
        size = _plane_bytes(geometry) * geometry.shape[0]
        total = size * len(header["segments"])
        if total * 8 > MAX_BITS:
            raise LabelsRefusedError("The labels are over the limit.")
        body = zstandard.ZstdDecompressor().decompress(bits, total or 1)
        if len(body) != total:
            raise LabelsRefusedError("The labels are cut off.")
        segments = tuple(
            Segment(
                s["number"],
                s["name"],
                Code(*s["code"]),
                _mask(body[i * size : (i + 1) * size], geometry),
            )
            for i, s in enumerate(header["segments"])
        )
    except (KeyError, TypeError, ValueError, zstandard.ZstdError) as error:
        raise LabelsRefusedError("These bytes are not packed labels.") from error
    return LabelSet(geometry, segments, header["vocabulary"], tuple(header.get("marks", ())))


def read_marks(packed: bytes) -> tuple[dict[str, Any], ...]:
    """Return the marks of packed labels without their masks.

    Raises:
        LabelsRefusedError: The bytes are something else.
    """
    try:
        return tuple(json.loads(_split(packed)[0]).get("marks", ()))
    except (AttributeError, TypeError, ValueError) as error:
        raise LabelsRefusedError("These bytes are not packed labels.") from error


def to_label_map(labels: LabelSet) -> NDArray[np.uint16]:
    """Return one array (z, y, x) of segment numbers.

    Raises:
        OverlapError: Two segments share a voxel.
    """
    flat = np.zeros(labels.geometry.shape, dtype=np.uint16)
    for segment in labels.segments:
        if (flat[segment.mask] != 0).any():
            raise OverlapError("Two segments share a voxel; a label map cannot hold that.")
        flat[segment.mask] = segment.number
    return flat


def from_label_map(
    flat: NDArray[np.integer],
    geometry: Geometry,
    names: Sequence[tuple[int, str, Code]],
    vocabulary: str = "",
) -> LabelSet:
    """Return the labels of an array of numbers.

    Raises:
        LabelsRefusedError: A number in the array has no name.
    """
    if unknown := sorted(set(np.unique(flat).tolist()) - {0, *(n for n, _, _ in names)}):
        raise LabelsRefusedError("The label map holds numbers without a name.", numbers=unknown)
    segments = tuple(Segment(n, name, code, flat == n) for n, name, code in sorted(names))
    return LabelSet(geometry, segments, vocabulary)


def _split(packed: bytes) -> tuple[bytes, bytes]:
    """Return the header and the compressed bits of packed labels."""
    start = len(MAGIC) + 4
    if packed[: len(MAGIC)] != MAGIC or len(packed) < start:
        raise LabelsRefusedError("These bytes are not packed labels.")
    (length,) = struct.unpack("<I", packed[len(MAGIC) : start])
    if length > MAX_HEADER:
        raise LabelsRefusedError("The header of the labels is over the limit.")
    return packed[start : start + length], packed[start + length :]


def _header(labels: LabelSet) -> bytes:
    place = labels.geometry
    # Left out where there are none: labels without marks keep the hash that they had before.
    marks = {"marks": list(labels.marks)} if labels.marks else {}
    return canonical(
        {
            **marks,
            "vocabulary": labels.vocabulary,
            "geometry": {
                "shape": list(place.shape),
                "spacing": [float(v) for v in place.spacing],
                "origin": [float(v) for v in place.origin],
                "direction": [float(v) for v in place.direction],
            },
            "segments": [
                {
                    "number": s.number,
                    "name": s.name,
                    "code": [s.code.scheme, s.code.value, s.code.meaning],
                }
                for s in labels.segments
            ],
        }
    )


def _plane_bytes(geometry: Geometry) -> int:
    return (geometry.shape[1] * geometry.shape[2] + 7) // 8


def _bits(mask: NDArray[np.bool_]) -> bytes:
    return np.packbits(mask.reshape(mask.shape[0], -1), axis=1).tobytes()


def _mask(bits: bytes, geometry: Geometry) -> NDArray[np.bool_]:
    planes = np.frombuffer(bits, dtype=np.uint8).reshape(geometry.shape[0], -1)
    pixels = geometry.shape[1] * geometry.shape[2]
    return np.unpackbits(planes, axis=1, count=pixels).view(np.bool_).reshape(geometry.shape)
