"""Polygons → pixels: one filling rule for contours that come from outside."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MAX_POINTS = 5_000_000


def fill(rings: Sequence[NDArray[np.float64]], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return a mask (y, x) of the pixels whose centre lies in an odd number of rings.

    Rings are (n, 2) of (x, y) in pixels, whole numbers at the centres; they close themselves. A
    ring inside a ring is therefore a hole, and a cut ("keyhole") in one ring as well. Edges are
    half open, so that polygons side by side share no pixel and leave none out.
    """
    height, width = shape
    # Each crossing of an edge with a row turns every pixel to its right over.
    turns = np.zeros((height, width + 1), dtype=np.uint32)
    for ring in rings:
        start, end = ring, np.roll(ring, -1, axis=0)
        low = np.minimum(start[:, 1], end[:, 1])
        high = np.maximum(start[:, 1], end[:, 1])
        first = np.clip(np.ceil(low), 0, height).astype(np.int64)
        last = np.clip(np.ceil(high), 0, height).astype(np.int64)
        counts = last - first
        edge = np.repeat(np.arange(len(ring)), counts)
        if not edge.size:
            continue
        rows = np.arange(edge.size) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
        rise = end[edge, 1] - start[edge, 1]
        run = end[edge, 0] - start[edge, 0]
        at = start[edge, 0] + run * (rows - start[edge, 1]) / rise
        np.add.at(turns, (rows, np.clip(np.ceil(at), 0, width).astype(np.int64)), 1)
    inside: NDArray[np.bool_] = (np.cumsum(turns, axis=1) & 1).astype(bool)[:, :width]
    return inside
