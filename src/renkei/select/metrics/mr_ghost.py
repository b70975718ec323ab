"""MR ghosts: how much weaker every second line of k-space is than its neighbours."""

from collections.abc import Sequence

import numpy as np

from renkei.select.case import Case, Plane
from renkei.select.metric import Measured, Metric
from renkei.select.mr import Found, MrSlice, mr_slice, over_slices


def alternation(seen: MrSlice, axis: int) -> float:
    """Return by how many per cent the lines across `axis` of k-space differ in turn.

    Lines are means of ln|F|, so lines weakened by w, every second one, read 100 w.
    """
    steps = np.diff(seen.lines(axis))
    turns = np.where(np.arange(len(steps)) % 2, -1.0, 1.0)
    return float(100 * (1 - np.exp(-abs(np.mean(steps * turns)))))


def ghost_of_plane(plane: Plane) -> Found | None:
    """Return the alternation along the phase axis; along the worse one when it is unknown."""
    seen = mr_slice(plane)
    if seen is None:
        return None
    axes = (0, 1) if seen.phase is None else (seen.phase,)
    more = {f"k_line_{name}": seen.roughness(axis) for axis, name in enumerate("yx")}
    return plane.number, max(alternation(seen, axis) for axis in axes), more


def sum_up(_case: Case, found: Sequence[Found | None]) -> Measured:
    """Return the median over slices, in per cent."""
    return over_slices(found, worse="high", place="ghost")


METRIC = Metric(
    "mr_ghost",
    "%",
    frozenset({"MR"}),
    worse="high",
    look=ghost_of_plane,
    sum_up=sum_up,
    scale="log",
    floor=0.1,
)
