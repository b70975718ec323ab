"""MR bias: how unevenly the coil lights the subject."""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from renkei.select.case import Case, Plane
from renkei.select.metric import Measured, Metric
from renkei.select.mr import Found, mr_slice, over_slices

# Ten pixels of a matrix of 256.
SIGMA_SHARE = 10 / 256
STEP = 2


def bias_of_plane(plane: Plane) -> Found | None:
    """Return SD over mean of the subject after a wide blur that stays inside it, in per cent."""
    seen = mr_slice(plane)
    if seen is None:
        return None
    # Cavities are dark for another reason than the coil.
    tissue = seen.foreground & (seen.image > seen.threshold)
    inside = tissue[::STEP, ::STEP].astype(np.float32)
    sigma = max(1.0, SIGMA_SHARE * min(seen.image.shape) / STEP)
    weight = ndimage.gaussian_filter(inside, sigma)
    signal = ndimage.gaussian_filter(inside * seen.image[::STEP, ::STEP], sigma)
    wide = (signal / np.maximum(weight, 1e-3))[inside > 0]
    if not wide.size or wide.mean() <= 0:
        return None
    return plane.number, 100 * float(wide.std() / wide.mean()), {}


def sum_up(_case: Case, found: Sequence[Found | None]) -> Measured:
    """Return the median over slices, in per cent."""
    return over_slices(found, worse="high", place="uneven")


METRIC = Metric(
    "mr_bias",
    "%",
    frozenset({"MR"}),
    worse="high",
    look=bias_of_plane,
    sum_up=sum_up,
    scale="log",
    floor=0.05,
)
