"""MR sharpness: how steep the steepest edges are, against the signal of the subject."""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from renkei.select.case import Case, Plane
from renkei.select.metric import Measured, Metric
from renkei.select.mr import Found, mr_slice, over_slices


def sharpness_of_plane(plane: Plane) -> Found | None:
    """Return the 98th percentile of the Sobel gradient over the subject's 90th of signal."""
    seen = mr_slice(plane)
    if seen is None:
        return None
    steep = np.hypot(ndimage.sobel(seen.image, 0), ndimage.sobel(seen.image, 1))[seen.near]
    bright = float(np.percentile(seen.image[seen.foreground], 90))
    return plane.number, float(np.percentile(steep, 98)) / bright, {}


def sum_up(_case: Case, found: Sequence[Found | None]) -> Measured:
    """Return the median over slices."""
    return over_slices(found, worse="low", place="blurred")


METRIC = Metric(
    "mr_sharpness",
    "ratio",
    frozenset({"MR"}),
    worse="low",
    look=sharpness_of_plane,
    sum_up=sum_up,
    scale="log",
    floor=0.03,
)
