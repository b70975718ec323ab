"""MR motion: signal that the phase encoding threw out of the subject into the air."""

from collections.abc import Sequence

import numpy as np

from renkei.select.case import Case, Plane
from renkei.select.metric import Measured, Metric
from renkei.select.mr import Found, MrSlice, mr_slice, over_slices

LEAST_PIXELS = 200
FINE, COARSE = 0.15, 0.01


def fine_share(seen: MrSlice, axis: int) -> float:
    """Return the share of power above 0.15 cycles per pixel along one axis."""
    length = seen.k_space.shape[axis]
    power = np.exp(2 * seen.k_space).sum(axis=1 - axis)
    f = np.abs(np.arange(length) - length // 2) / length
    return float(power[f > FINE].sum() / power[f > COARSE].sum())


def air_ratio(seen: MrSlice, phase: int) -> float | None:
    """Return the mean of the air beside the subject along the phase axis over that along read."""
    along = seen.foreground.any(axis=phase, keepdims=True)
    across = seen.foreground.any(axis=1 - phase, keepdims=True)
    beside, else_where = seen.air & along & ~across, seen.air & across & ~along
    if min(int(beside.sum()), int(else_where.sum())) < LEAST_PIXELS:
        return None
    read = float(seen.image[else_where].mean())
    return float(seen.image[beside].mean()) / read if read > 0 else None


def motion_of_plane(plane: Plane) -> Found | None:
    """Return the ratio of air, with how k-space differs between its two axes."""
    seen = mr_slice(plane)
    if seen is None or seen.phase is None or not seen.has_air:
        return None
    ratio = air_ratio(seen, seen.phase)
    if not ratio:
        return None
    phase, read = seen.phase, 1 - seen.phase
    more = {
        "k_line_ratio": seen.roughness(phase) / max(seen.roughness(read), 1e-6),
        "fine_share_ratio": fine_share(seen, phase) / max(fine_share(seen, read), 1e-6),
    }
    return plane.number, ratio, more


def sum_up(case: Case, found: Sequence[Found | None]) -> Measured:
    """Return the median over slices."""
    known = any(header.get("InPlanePhaseEncodingDirection") for header in case.headers)
    reason = "air_masked" if known else "phase_axis_unknown"
    return over_slices(found, worse="high", place="motion", reason=reason)


METRIC = Metric(
    "mr_motion",
    "ratio",
    frozenset({"MR"}),
    worse="high",
    look=motion_of_plane,
    sum_up=sum_up,
    scale="log",
    floor=0.05,
)
