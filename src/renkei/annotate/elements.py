"""Elements of a slide as bytes: one row's rings, and all rows as arrays for the browser."""

import json
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import ArrayLike, NDArray

from renkei.imaging.outlines import Kind, Ring

_COUNT = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Row:
    """The newest revision of one element; `shape` as `pack_rings` gives it."""

    element_id: UUID
    revision: int
    key: str
    kind: Kind
    parent: UUID | None
    shape: bytes


def pack_rings(rings: Sequence[Sequence[Sequence[float]]]) -> bytes:
    """Return rings as a count, a size each (u32) and their places (f64), little endian."""
    sizes = np.array([len(rings), *map(len, rings)], dtype="<u4")
    flat = np.array([place for ring in rings for place in ring], dtype="<f8")
    return sizes.tobytes() + flat.tobytes()


def unpack_rings(shape: bytes) -> tuple[Ring, ...]:
    """Return the rings of `pack_rings`."""
    (count,) = _COUNT.unpack_from(shape)
    sizes = struct.unpack_from(f"<{count}I", shape, 4)
    flat = np.frombuffer(shape, "<f8", offset=4 + 4 * count).reshape(-1, 2).tolist()
    rings, start = [], 0
    for size in sizes:
        rings.append(tuple((x, y) for x, y in flat[start : start + size]))
        start += size
    return tuple(rings)


def to_arrays(rows: Iterable[Row]) -> bytes:
    """Return elements as arrays that a browser lays over the slide without parsing each.

    A u32 with the length of a JSON header {keys, kinds, elements, rings, points}, the header,
    padded to 4; then ids (16 bytes each), revisions, key numbers, kind numbers, parents (their
    place in the list, -1 for none), first ring of each element and one past the last, first
    place of each ring and one past the last (all 32 bit), and the places as f32: 1/128 px at
    100,000 px.
    """
    rows = list(rows)
    place = {row.element_id: at for at, row in enumerate(rows)}
    keys = sorted({row.key for row in rows})
    kinds = list(Kind)
    key_number = {key: at for at, key in enumerate(keys)}
    kind_number = {kind: at for at, kind in enumerate(kinds)}
    counts = [_COUNT.unpack_from(row.shape)[0] for row in rows]
    sizes = b"".join(r.shape[4 : 4 + 4 * n] for r, n in zip(rows, counts, strict=True))
    flat = b"".join(r.shape[4 + 4 * n :] for r, n in zip(rows, counts, strict=True))
    xy = np.frombuffer(flat, "<f8").astype("<f4")
    rings, points = _starts(counts), _starts(np.frombuffer(sizes, "<u4"))
    header = json.dumps(
        {
            "keys": keys,
            "kinds": [kind.value for kind in kinds],
            "elements": len(rows),
            "rings": int(rings[-1]),
            "points": len(xy) // 2,
        },
        ensure_ascii=False,
    ).encode()
    header += b" " * (-len(header) % 4)
    columns: tuple[Iterable[int], ...] = (
        (row.revision for row in rows),
        (key_number[row.key] for row in rows),
        (kind_number[row.kind] for row in rows),
        (place.get(row.parent, -1) if row.parent else -1 for row in rows),
    )
    return b"".join(
        [
            _COUNT.pack(len(header)),
            header,
            *(row.element_id.bytes for row in rows),
            *(np.fromiter(column, dtype="<i4", count=len(rows)).tobytes() for column in columns),
            rings.tobytes(),
            points.tobytes(),
            xy.tobytes(),
        ]
    )


def _starts(counts: ArrayLike) -> NDArray[np.uint32]:
    return np.concatenate([[0], np.cumsum(counts)]).astype("<u4")
