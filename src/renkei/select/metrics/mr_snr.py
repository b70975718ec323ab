"""Signal to noise of the white matter, found without a segmentation, in T1 heads."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.select.case import Case, Plane
from renkei.select.metric import Measured, Metric, not_applicable
from renkei.select.mr import Found, MrSlice, mr_slice, over_slices
from renkei.select.sequence import SequenceClass, class_of_series

HEADS = {"HEAD", "BRAIN", "SKULL", ""}
BINS, CEILING, SMOOTH_BINS = 240, 120.0, 3.0
EVEN_PERCENTILE = 40
LEAST_HEIGHT = 0.25
HALF_WIDTH = 0.1
LEAST_PIXELS = 200


def white_matter(seen: MrSlice) -> NDArray[np.float32] | None:
    """Return the signal of the brightest even tissue of a slice, or None where there is little.

    Even means among the calmest two fifths of the subject, which leaves out fat under the skin.
    """
    sd = seen.local_sd[seen.inside]
    if sd.size < LEAST_PIXELS:
        return None
    even = seen.inside & (seen.local_sd <= np.percentile(sd, EVEN_PERCENTILE))
    counts, edges = np.histogram(seen.image[even], BINS, (0.0, CEILING))
    smooth = ndimage.gaussian_filter1d(counts.astype(np.float64), SMOOTH_BINS)
    middle = smooth[1:-1]
    peaks = 1 + np.flatnonzero((middle >= smooth[:-2]) & (middle > smooth[2:]))
    high = [int(i) for i in peaks if smooth[i] >= LEAST_HEIGHT * smooth.max()]
    if not high:
        return None
    peak = float(edges[high[-1]] + edges[1] / 2)
    # The smoothed picture chooses, the raw one is measured: else the choice would cap the spread.
    level = ndimage.uniform_filter(seen.image, 5, mode="nearest")
    near = seen.inside & (np.abs(level - peak) < HALF_WIDTH * peak)
    labels, count = ndimage.label(near)
    if not count:
        return None
    largest = 1 + int(np.argmax(np.bincount(labels.ravel())[1:]))
    values: NDArray[np.float32] = seen.image[labels == largest]
    return values if values.size >= LEAST_PIXELS else None


def snr_of_plane(plane: Plane) -> Found | None:
    """Return mean over spread (1.4826 MAD) of the white matter of a slice."""
    seen = mr_slice(plane)
    values = None if seen is None else white_matter(seen)
    if values is None:
        return None
    spread = 1.4826 * float(np.median(np.abs(values - np.median(values))))
    if spread <= 0:
        return None
    return plane.number, float(values.mean()) / spread, {"white_level": float(values.mean())}


def sum_up(case: Case, found: Sequence[Found | None]) -> Measured:
    """Return the median over slices, for T1 heads alone."""
    said = class_of_series(case.headers)
    if said is None:
        return not_applicable("sequence_unknown")
    if said != SequenceClass.T1 or (case.facts.body_part or "").upper() not in HEADS:
        return not_applicable("no_t1_head")
    return over_slices(found, worse="low", place="noisiest", reason="no_white_matter")


METRIC = Metric(
    "mr_snr",
    "ratio",
    frozenset({"MR"}),
    worse="low",
    look=snr_of_plane,
    sum_up=sum_up,
    scale="log",
    floor=0.05,
)
