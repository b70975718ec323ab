"""MR noise: the most frequent local standard deviation, in per cent of the subject's mean."""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from renkei.select.case import Case, Plane
from renkei.select.metric import Measured, Metric
from renkei.select.mr import Found, mr_slice, over_slices

CEILING = 40.0
BIN = 0.1
SMOOTH_BINS = 3.0
LEAST_PIXELS = 500


def noise_of_plane(plane: Plane) -> Found | None:
    """Return the noise of a slice, with the Rayleigh sigma of its air where that was measured."""
    seen = mr_slice(plane)
    if seen is None or np.count_nonzero(seen.inside) < LEAST_PIXELS:
        return None
    sd = np.minimum(seen.local_sd[seen.inside], CEILING - BIN / 2)
    counts, edges = np.histogram(sd, round(CEILING / BIN), (0.0, CEILING))
    mode = int(np.argmax(ndimage.gaussian_filter1d(counts.astype(np.float64), SMOOTH_BINS)))
    more = {}
    if seen.has_air:
        square = float(np.square(seen.image[seen.air], dtype=np.float64).mean())
        more["air_sigma"] = 100 * float(np.sqrt(square / 2)) / seen.mean
    return plane.number, 100 * float(edges[mode] + BIN / 2) / seen.mean, more


def sum_up(_case: Case, found: Sequence[Found | None]) -> Measured:
    """Return the median over slices in per cent of the mean signal."""
    return over_slices(found, worse="high", place="noisiest", reason="too_little_subject")


METRIC = Metric(
    "mr_noise",
    "%",
    frozenset({"MR"}),
    worse="high",
    look=noise_of_plane,
    sum_up=sum_up,
    scale="log",
    floor=0.05,
)
