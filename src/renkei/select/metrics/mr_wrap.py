"""MR wrap-around: the share of the field's edge along the phase axis that the subject reaches."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from renkei.select.case import Case, Plane
from renkei.select.metric import Measured, Metric
from renkei.select.mr import Found, MrSlice, mr_slice, over_slices

RIM_PX = 3


def edge_share(seen: MrSlice, axis: int) -> float:
    """Return how many per cent of the two edges across `axis` show signal.

    The edge is the outermost three measured pixels of each line, so that a rectangular field
    inside a filled-up matrix is looked at where it ends.
    """
    image, padding = (np.moveaxis(one, axis, 0) for one in (seen.image, seen.padding))
    shares = []
    for here, filled in ((image, padding), (image[::-1], padding[::-1])):
        measured = np.flatnonzero(~filled.all(axis=0))
        start = np.minimum(np.argmin(filled[:, measured], axis=0), len(here) - RIM_PX)
        rim = here[start + np.arange(RIM_PX)[:, None], measured]
        shares.append(float((rim.mean(axis=0) > seen.threshold).mean()) if measured.size else 0.0)
    return 100 * float(np.mean(shares))


def wrap_of_plane(plane: Plane) -> Found | None:
    """Return the share along the phase axis; along the worse one when it is unknown."""
    seen = mr_slice(plane)
    if seen is None:
        return None
    edges = {f"edge_{name}": edge_share(seen, axis) for axis, name in enumerate("yx")}
    value = max(edges.values()) if seen.phase is None else edges[f"edge_{'yx'[seen.phase]}"]
    return plane.number, value, edges


def sum_up(_case: Case, found: Sequence[Found | None]) -> Measured:
    """Return the median over slices, in per cent of the edge."""
    summary = over_slices(found, worse="high", place="field_edge")
    reached = any(one is not None and one[1] > 0 for one in found)
    return summary if reached else replace(summary, places=())


METRIC = Metric(
    "mr_wrap",
    "%",
    frozenset({"MR"}),
    worse="high",
    look=wrap_of_plane,
    sum_up=sum_up,
    aspect="coverage",
    floor=1.0,
)
