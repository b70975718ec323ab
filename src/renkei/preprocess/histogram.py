"""How the values of an image are spread, small enough to stand in every record."""

from collections.abc import Sequence
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from renkei.imaging.volume import Volume

BINS = 64
SAMPLE = 7
# Air, tissue and bone; other modalities have no fixed scale and take their own range.
WINDOW_HU = (-1024.0, 1536.0)
UNIT_RANGE = (0.0, 1.0)


class Histogram(TypedDict):
    """64 equal bins from `low` to `high`; what lies outside is counted in the first or last."""

    low: float
    high: float
    mean: float
    counts: list[int]


def histogram(image: Volume) -> Histogram:
    """Return the histogram of every seventh voxel.

    CT is counted from -1024 to 1536 HU, an image scaled to 0..1 there, any other from its 0.1 to
    its 99.9 percentile.
    """
    values = image.voxels.ravel()[::SAMPLE]
    if values.dtype.kind == "f":
        values = values[np.isfinite(values)]
    if not values.size:
        return Histogram(low=0.0, high=1.0, mean=0.0, counts=[0] * BINS)
    low, high = _window(image, values)
    levels, times = _levels(values)
    counts, _ = np.histogram(np.clip(levels, low, high), BINS, (low, high), weights=times)
    mean = round(float(np.average(levels, weights=times)), 4)
    return Histogram(low=low, high=high, mean=mean, counts=[int(n) for n in counts])


def rebinned(found: Histogram, low: float, high: float) -> NDArray[np.float64]:
    """Return the shares of a histogram's voxels in 64 bins of another window, by overlap."""
    edges = np.linspace(found["low"], found["high"], len(found["counts"]) + 1)
    total = np.concatenate([[0.0], np.cumsum(found["counts"], dtype=float)])
    below = np.interp(np.linspace(low, high, BINS + 1), edges, total)
    # What lies outside the window is kept in its first and last bin, so that shares sum to 1.
    below[0], below[-1] = 0.0, total[-1]
    shares: NDArray[np.float64] = np.diff(below) / max(total[-1], 1.0)
    return shares


def cohort(found: Sequence[Histogram]) -> dict[str, Any]:
    """Return how the images of a cohort are spread together, each counting the same.

    `shares` is the mean of the images' shares, `least` and `most` their 10 and 90 percentile,
    `means` the mean of each image, in order of size.
    """
    low = min(one["low"] for one in found)
    high = max(one["high"] for one in found)
    each = np.array([rebinned(one, low, high) for one in found])
    least, most = np.percentile(each, [10, 90], axis=0)
    return {
        "low": low,
        "high": high,
        "shares": [round(float(s), 6) for s in each.mean(axis=0)],
        "least": [round(float(s), 6) for s in least],
        "most": [round(float(s), 6) for s in most],
        "means": sorted(one["mean"] for one in found),
    }


def _levels(values: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.int64] | None]:
    """Return values and how often each stands there; of fractions each stands for itself."""
    if values.dtype.kind not in "iu" or values.dtype.itemsize > 2:
        return values.astype(np.float64), None
    low = int(values.min())
    times = np.bincount(values.astype(np.int64) - low)
    return np.arange(low, low + len(times), dtype=np.float64), times


def _window(image: Volume, values: NDArray[Any]) -> tuple[float, float]:
    if (
        values.min() >= 0
        and values.max() <= 1
        and not np.issubdtype(image.voxels.dtype, np.integer)
    ):
        return UNIT_RANGE
    if image.modality == "CT":
        return WINDOW_HU
    low, high = (float(round(v, 4)) for v in np.percentile(values.astype(np.float64), [0.1, 99.9]))
    return (low, high) if high > low else (low - 0.5, low + 0.5)
