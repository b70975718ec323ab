"""Spikes in k-space: one point that is far too bright lays stripes over the whole slice."""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from renkei.select.case import Case, Plane
from renkei.select.metric import Measured, Metric
from renkei.select.mr import Found, mr_slice, over_slices

WINDOW = 7
CENTRE = 0.04
LINE_WINDOW = 9


def spike_of_plane(plane: Plane) -> Found | None:
    """Return how many times the brightest point of k-space exceeds the 48 around it.

    The centre, up to 0.04 cycles per pixel, is left out: there k-space is steep by itself.
    """
    seen = mr_slice(plane)
    if seen is None:
        return None
    k = seen.k_space
    around = ndimage.uniform_filter(k, WINDOW, mode="wrap") * WINDOW**2 - k
    above = k - around / (WINDOW**2 - 1)
    y, x = (np.abs(np.arange(n) - n // 2) / n for n in k.shape)
    above[np.hypot(y[:, None], x[None, :]) < CENTRE] = 0
    more = {}
    for axis, name in enumerate("yx"):
        lines = seen.lines(axis)
        outer = (y, x)[axis] >= CENTRE
        rise = lines - ndimage.median_filter(lines, LINE_WINDOW)
        more[f"line_{name}"] = float(np.exp(rise[outer].max()))
    return plane.number, float(np.exp(above.max())), more


def sum_up(_case: Case, found: Sequence[Found | None]) -> Measured:
    """Return the worst slice, since one struck slice spoils a series."""
    summary = over_slices(found, worse="high", place="stripes")
    values = [one[1] for one in found if one is not None]
    if summary.value is None:
        return summary
    facts = {**summary.facts, "median": summary.value}
    return Measured(round(max(values), 4), summary.n, facts=facts, places=summary.places)


METRIC = Metric(
    "mr_spikes",
    "ratio",
    frozenset({"MR"}),
    worse="high",
    look=spike_of_plane,
    sum_up=sum_up,
    scale="log",
    floor=0.1,
)
