"""Masks → closed contours: the line halfway between the centres of pixels in and out."""

import numpy as np
from numpy.typing import NDArray

from renkei.plugins import need_extra


def contours_of(plane: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    """Return the rings (n, 2) of (x, y) around a mask (y, x), whole numbers at pixel centres.

    A hole is a ring of its own; `polygons.fill` gives the same mask back. The first point is not
    repeated. The line is the 0.5 iso-contour (marching squares).
    """
    need_extra("imaging", "skimage")
    from skimage.measure import find_contours

    rows, columns = np.flatnonzero(plane.any(axis=1)), np.flatnonzero(plane.any(axis=0))
    if not rows.size:
        return []
    top, left = int(rows[0]), int(columns[0])
    inner = plane[top : rows[-1] + 1, left : columns[-1] + 1]
    # Two pixels that touch by a corner stay two rings, so that no ring crosses itself.
    found = find_contours(  # type: ignore[no-untyped-call]
        np.pad(inner, 1).astype(np.float64), 0.5, fully_connected="low"
    )
    return [ring[:-1, ::-1] + (left - 1, top - 1) for ring in found]
