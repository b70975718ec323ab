"""Slices that stand where they were acquired, carried onto a regular grid by one interpolation."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume
from renkei.preprocess import verdicts
from renkei.preprocess.grid import AIR_HU, check_size, soften
from renkei.preprocess.held import Scan
from renkei.preprocess.step import Done, Params, StepRefusedError

# Written positions are rounded: what lies nearer than this to a voxel lies on it.
ON_VOXEL = 1e-3

WHY_NOT = {
    "bent_stack": "The slices do not lie along one line, so no tilt explains them.",
    "tilted": "The slices are tilted: use the step untilt, which can even them too.",
    "gap_too_wide": "A gap between slices is wider than the plan allows; nothing is made up there.",
    "uneven_step": "The steps are uneven: give untilt the widest gap that it may fill.",
}


@dataclass(frozen=True, slots=True)
class Stand:
    """Where each slice of a volume stands: height and in-plane shift from the first, in mm."""

    height: NDArray[np.float64]
    across: NDArray[np.float64]
    down: NDArray[np.float64]

    @property
    def steps(self) -> NDArray[np.float64]:
        """Return the steps between neighbours, in mm."""
        return np.diff(self.height)

    def measures(self) -> dict[str, float]:
        """Return the tilt in degrees, the shift, what of it no tilt explains, and the steps."""
        steps = self.steps if len(self.height) > 1 else np.zeros(1)
        way = math.hypot(self.across[-1], self.down[-1])
        share = self.height / self.height[-1] if self.height[-1] else np.zeros(1)
        bend = max(
            float(np.abs(shift - share * shift[-1]).max()) for shift in (self.across, self.down)
        )
        return {
            "tilt_degrees": round(math.degrees(math.atan2(way, self.height[-1])), 3),
            "shift_mm": round(way, 4),
            "bend_mm": round(bend, 4),
            "largest_step_mm": round(float(steps.max()), 4),
            "smallest_step_mm": round(float(steps.min()), 4),
        }


def stand_of(image: Volume) -> Stand:
    """Return where the slices stand; those of a regular volume on their grid."""
    grid = image.geometry
    if not image.places:
        none = np.zeros(grid.shape[0])
        height = np.arange(grid.shape[0], dtype=np.float64) * grid.spacing[0]
        return Stand(height, none, none)
    apart = (np.array(image.places) - np.array(image.places[0])) @ grid.axes
    return Stand(apart[:, 2], apart[:, 0], apart[:, 1])


def mend(scan: Scan, params: Params, *, tilted: bool) -> Done:
    """Return the scan on regular steps, or as it is where it stands on them and stays on its grid.

    Raises:
        StepRefusedError: The slices stand otherwise than the step mends, or a gap is too wide.
    """
    x, y, z = params["spacing"]
    stand = stand_of(scan.image)
    measures = stand.measures()
    if code := verdicts.standing(measures, tilted=tilted, largest_gap=params["largest_gap"]):
        raise StepRefusedError(WHY_NOT[code], code=code, **measures)
    if not scan.image.places and not any((x, y, z)):
        return Done((scan,), measures)
    return Done((straighten(scan, stand, (z, y, x)),), measures)


def straighten(scan: Scan, stand: Stand, spacing: tuple[float, float, float]) -> Scan:
    """Return image and labels on the regular grid that holds all of every slice.

    A value is linear between the two true neighbours along the normal, each read in its own plane
    by linear interpolation. `spacing` is (z, y, x) mm, 0 for as acquired.

    Raises:
        StepRefusedError: The result would hold over 400 million voxels.
    """
    image = scan.image
    grid, start = _grid(image.geometry, stand, spacing)
    check_size(grid.shape)
    carry = _carrier(image.geometry, stand, grid, start)
    kind = image.voxels.dtype
    voxels = np.empty(grid.shape, kind)
    carry(soften(image, grid), AIR_HU if image.modality == "CT" else 0, voxels)
    moved = replace(image, voxels=voxels, geometry=grid, sop_uids=(), places=())
    if scan.labels is None:
        return Scan(moved)
    segments = []
    for segment in scan.labels.segments:
        share = np.empty(grid.shape, np.float32)
        carry(segment.mask, 0, share)
        segments.append(replace(segment, mask=share >= 0.5 - 1e-6))
    return Scan(moved, replace(scan.labels, geometry=grid, segments=tuple(segments)))


def _grid(
    old: Geometry, stand: Stand, spacing: tuple[float, float, float]
) -> tuple[Geometry, NDArray[np.float64]]:
    """Return the new grid, and its first voxel (z, y, x) mm from the first voxel of slice one."""
    size: list[int] = []
    steps: list[float] = []
    start: list[float] = []
    reach = [(n - 1) * step for n, step in zip(old.shape, old.spacing, strict=True)]
    ends = (
        (0.0, float(stand.height[-1])),
        (float(stand.down.min()), float(stand.down.max()) + reach[1]),
        (float(stand.across.min()), float(stand.across.max()) + reach[2]),
    )
    for axis, (low, high) in enumerate(ends):
        step = spacing[axis] or old.spacing[axis]
        whole = (high - low) / step
        # Along the normal nothing is made up beyond the last slice; in the plane nothing is cut.
        count = 1 + math.floor(whole + ON_VOXEL) if axis == 0 else 1 + math.ceil(whole - ON_VOXEL)
        size.append(count)
        steps.append(step)
        exact = abs(whole - round(whole)) <= ON_VOXEL or (axis > 0 and not spacing[axis])
        start.append(low if exact else (low + high - (count - 1) * step) / 2)
    z, y, x = start
    px, py, pz = (float(v) for v in np.array(old.origin) + old.axes @ np.array([x, y, z]))
    grid = Geometry(
        (size[0], size[1], size[2]), (steps[0], steps[1], steps[2]), (px, py, pz), old.direction
    )
    return grid, np.array(start)


def _carrier(
    old: Geometry, stand: Stand, grid: Geometry, start: NDArray[np.float64]
) -> Callable[[NDArray[Any], float, NDArray[Any]], None]:
    """Return what writes slices onto the grid: (old voxels, value outside, new voxels)."""
    rows = start[1] + np.arange(grid.shape[1]) * grid.spacing[1]
    columns = start[2] + np.arange(grid.shape[2]) * grid.spacing[2]
    heights = start[0] + np.arange(grid.shape[0]) * grid.spacing[0]

    def plane(voxels: NDArray[Any], z: int, outside: float) -> NDArray[np.float32]:
        at = (rows - stand.down[z]) / old.spacing[1], (columns - stand.across[z]) / old.spacing[2]
        flat = _along(voxels[z].astype(np.float32), at[0], 0, outside)
        return _along(flat, at[1], 1, outside)

    def carry(voxels: NDArray[Any], outside: float, out: NDArray[Any]) -> None:
        known: dict[int, NDArray[np.float32]] = {}
        for n, height in enumerate(heights):
            below, share = _between(stand.height, float(height))
            known = {
                z: known[z] if z in known else plane(voxels, z, outside)
                for z in {below, below + (share > 0)}
            }
            value = known[below]
            if share:
                value = value * np.float32(1 - share) + known[below + 1] * np.float32(share)
            out[n] = np.rint(value) if np.issubdtype(out.dtype, np.integer) else value

    return carry


def _between(heights: NDArray[np.float64], at: float) -> tuple[int, float]:
    """Return the slice below a height, and how far it is to the next one."""
    near = int(np.argmin(np.abs(heights - at)))
    step = float(np.median(np.diff(heights))) if len(heights) > 1 else 1.0
    if abs(heights[near] - at) <= ON_VOXEL * step:
        return near, 0.0
    below = int(np.searchsorted(heights, at)) - 1
    return below, float((at - heights[below]) / (heights[below + 1] - heights[below]))


def _along(
    plane: NDArray[np.float32], at: NDArray[np.float64], axis: int, outside: float
) -> NDArray[np.float32]:
    """Return the plane at fractional places along one axis."""
    last = plane.shape[axis] - 1
    whole = np.rint(at)
    at = np.where(np.abs(at - whole) <= ON_VOXEL, whole, at)
    below = np.clip(np.floor(at), 0, last).astype(int)
    share = np.clip(at - below, 0, 1).astype(np.float32)
    found: NDArray[np.float32] = plane.take(below, axis)
    if share.any():
        share = share[:, None] if axis == 0 else share
        found = found * (1 - share) + plane.take(np.minimum(below + 1, last), axis) * share
    beyond = (at < 0) | (at > last)
    if beyond.any():
        found[beyond if axis == 0 else (slice(None), beyond)] = outside
    return found
