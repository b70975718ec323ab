"""CT noise: the most frequent local standard deviation inside soft tissue."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.select.case import Case, Plane
from renkei.select.ct import CT, pixel_mm, thinned
from renkei.select.metric import Measured, Metric, Place, not_applicable

WINDOW_MM = 6.0
SOFT_HU = (-50.0, 150.0)
CEILING_HU = 150.0
BIN_HU = 0.25
SMOOTH_BINS = 3.0
BLUR_PIXELS = 2.0
LEAST_PIXELS = 500


def noise_of_slice(hu: NDArray[Any], spacing: tuple[float, float]) -> float | None:
    """Return the noise of one slice in HU, or None when too little soft tissue lies in it.

    `hu` is (y, x) in HU, `spacing` (y, x) in mm. Every second pixel is read without averaging,
    which keeps the standard deviation and takes a quarter of the time. A constant fill, as masking
    leaves it, is no tissue even where it lies at 0 HU.

    Source: Christianson et al. 2015, global noise level (AJR 205: W29-W37).
    """
    thin, step = thinned(hu)
    width = max(5, int(WINDOW_MM / pixel_mm(spacing, step)) // 2 * 2 + 1)
    plane = _near_soft(thin, width)
    if plane is None:
        return None
    smooth = ndimage.gaussian_filter(plane, BLUR_PIXELS, mode="nearest")
    soft = ((smooth > SOFT_HU[0]) & (smooth < SOFT_HU[1])).astype(np.float32)
    inside = ndimage.uniform_filter(soft, width, mode="constant") > 1 - 1e-4
    mean = ndimage.uniform_filter(plane, width, mode="nearest")[inside]
    square = ndimage.uniform_filter(plane * plane, width, mode="nearest")[inside]
    spread = np.sqrt(np.maximum(square - mean * mean, 0) * (width**2 / (width**2 - 1)))
    bins = (spread[spread < CEILING_HU] / BIN_HU).astype(np.intp)
    counts = np.bincount(bins, minlength=round(CEILING_HU / BIN_HU))
    counts[0] = 0
    if counts.sum() * step * step < LEAST_PIXELS:
        return None
    mode = int(np.argmax(ndimage.gaussian_filter1d(counts.astype(np.float64), SMOOTH_BINS)))
    return (mode + 0.5) * BIN_HU


def _near_soft(hu: NDArray[Any], width: int) -> NDArray[np.float32] | None:
    """Return the part of a slice that can hold soft tissue, with all that its filters reach."""
    # What holds no pixel above -50 HU as far as the blur reaches is below -50 HU when blurred.
    dense = hu > SOFT_HU[0]
    rows, columns = np.flatnonzero(dense.any(axis=1)), np.flatnonzero(dense.any(axis=0))
    if not len(rows):
        return None
    reach = int(4 * BLUR_PIXELS) * 2 + width
    top, left = max(0, rows[0] - reach), max(0, columns[0] - reach)
    part = hu[top : rows[-1] + reach + 1, left : columns[-1] + reach + 1]
    near: NDArray[np.float32] = np.clip(np.nan_to_num(part, nan=-1024.0), -1024, 3071).astype(
        np.float32
    )
    return near


def noise_of_plane(plane: Plane) -> tuple[int, float] | None:
    """Return the number of a slice and its noise in HU, or None."""
    value = noise_of_slice(plane.pixels, plane.spacing)
    return None if value is None else (plane.number, value)


def sum_up(_case: Case, found: Sequence[tuple[int, float] | None]) -> Measured:
    """Return the median over slices, with the 90th percentile and the trend along z as facts."""
    at = [one[0] for one in found if one]
    values = [one[1] for one in found if one]
    if not values:
        return not_applicable("too_little_soft_tissue")
    along = np.polyfit(at, values, 1)[0] if len(at) > 2 else 0.0
    return Measured(
        value=round(float(np.median(values)), 3),
        n=len(values),
        facts={
            "p90": round(float(np.percentile(values, 90)), 3),
            "trend_hu_per_slice": round(float(along), 4),
        },
        places=(Place("noisiest", at[int(np.argmax(values))]),),
    )


METRIC = Metric(
    "ct_noise",
    "HU",
    CT,
    worse="high",
    look=noise_of_plane,
    sum_up=sum_up,
    scale="log",
    floor=0.05,
)
