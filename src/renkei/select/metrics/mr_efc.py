"""Entropy focus criterion: how evenly the signal spreads over the picture."""

from collections.abc import Sequence

import numpy as np

from renkei.select.case import Case, Plane
from renkei.select.metric import Measured, Metric
from renkei.select.mr import Found, mr_slice, over_slices


def efc_of_plane(plane: Plane) -> Found | None:
    """Return the entropy of a slice over the most that it could be, 0 to 1.

    Pixels that only fill the matrix are left out; without measured air there is no answer, since
    a head cut out of its air is sharp by itself.

    Source: Atkinson et al. 1997 (IEEE Trans Med Imaging 16: 903-910), normalised as in MRIQC.
    """
    seen = mr_slice(plane)
    if seen is None or not seen.has_air:
        return None
    values = seen.image[~seen.padding].astype(np.float64)
    part = values / np.sqrt(np.square(values).sum())
    entropy = -float((part * np.log(np.maximum(part, 1e-16))).sum())
    return plane.number, entropy / (np.sqrt(part.size) * np.log(np.sqrt(part.size))), {}


def sum_up(_case: Case, found: Sequence[Found | None]) -> Measured:
    """Return the median over slices."""
    return over_slices(found, worse="high", place="unsharp", reason="air_masked")


METRIC = Metric(
    "mr_efc",
    "ratio",
    frozenset({"MR"}),
    worse="high",
    look=efc_of_plane,
    sum_up=sum_up,
    floor=0.005,
)
