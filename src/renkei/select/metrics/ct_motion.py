"""Steps along a CT: does one slice look less like its neighbour than the others do?"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.select.case import Case, Plane
from renkei.select.ct import CT
from renkei.select.metric import MOST_PLACES, Measured, Metric, Place, not_applicable

SIDE = 64
WINDOW_HU = (-200.0, 300.0)
LEAST_STEPS = 8
NEIGHBOURS = 9
FLOOR = 0.05
# Nearer than this only the noise differs; without a bound an ideal scan has no scale.
MOST_ALIKE = 0.999
SHOWN_Z = 4.0

Print = NDArray[np.uint8]


def fingerprint(plane: Plane) -> tuple[int, Print]:
    """Return the number of a slice and its window of -200 to 300 HU as 64 x 64 bytes."""
    hu = np.clip(np.nan_to_num(plane.pixels, nan=WINDOW_HU[0]), *WINDOW_HU).astype(np.float32)
    for axis in (0, 1):
        edges = np.arange(SIDE) * hu.shape[axis] // SIDE
        width = np.maximum(np.diff(np.append(edges, hu.shape[axis])), 1)
        shape = (-1, 1) if axis == 0 else (1, -1)
        hu = np.add.reduceat(hu, edges, axis=axis) / width.reshape(shape)
    scaled = (hu - WINDOW_HU[0]) * (255 / (WINDOW_HU[1] - WINDOW_HU[0]))
    return plane.number, np.rint(scaled).astype(np.uint8)


def likeness(one: Print, two: Print) -> float | None:
    """Return the correlation of two fingerprints as Fisher's z, or None when one is even."""
    a, b = (p.astype(np.float64).ravel() - p.mean() for p in (one, two))
    size = float(np.sqrt(a @ a * (b @ b)))
    if size < 1:
        return None
    return float(np.arctanh(min(float(a @ b) / size, MOST_ALIKE)))


def sum_up(_case: Case, prints: Sequence[tuple[int, Print]]) -> Measured:
    """Return the largest fall of likeness between neighbours, in robust SDs of the series.

    Each step is held against the median of the nine around it, since anatomy changes slowly.
    """
    pairs = [
        (later[0], found)
        for earlier, later in pairwise(prints)
        if (found := likeness(earlier[1], later[1])) is not None
    ]
    if len(pairs) < LEAST_STEPS:
        return not_applicable("too_few_slices")
    like = np.array([value for _, value in pairs])
    fall = ndimage.median_filter(like, NEIGHBOURS, mode="nearest") - like
    spread = max(1.4826 * float(np.median(np.abs(fall - np.median(fall)))), FLOOR)
    z = fall / spread
    worst = sorted(np.flatnonzero(z > SHOWN_Z), key=lambda i: -z[i])[:MOST_PLACES]
    return Measured(
        value=round(float(z.max()), 3),
        n=len(pairs),
        facts={
            "steps": float(np.count_nonzero(z > SHOWN_Z)),
            "lowest_correlation": round(float(np.tanh(like.min())), 4),
            "median_correlation": round(float(np.tanh(np.median(like))), 4),
        },
        places=tuple(Place("step", pairs[i][0]) for i in worst),
    )


METRIC = Metric("ct_motion", "SD", CT, worse="high", look=fingerprint, sum_up=sum_up)
