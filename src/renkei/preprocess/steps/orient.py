"""Orient: turn the axes to the nearest LPS order by swapping and flipping, without resampling."""

from dataclasses import replace
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from renkei.imaging.geometry import Geometry
from renkei.preprocess.held import Scan
from renkei.preprocess.step import Done, Params, Step


def orient(scan: Scan, _params: Params) -> Done:
    """Return the scan with x to the left, y to the back and z to the head, every voxel kept."""
    order, flips = _turn(scan.image.geometry)
    geometry = turned(scan.image.geometry, order, flips)
    image = replace(
        scan.image,
        voxels=_move(scan.image.voxels, order, flips),
        geometry=geometry,
        sop_uids=_slices(scan.image.sop_uids, order, flips),
    )
    labels = scan.labels
    if labels is not None:
        segments = tuple(
            replace(segment, mask=_move(segment.mask, order, flips).astype(bool, copy=False))
            for segment in labels.segments
        )
        labels = replace(labels, geometry=geometry, segments=segments)
    moved = sum(flips) + (order != (0, 1, 2))
    return Done((Scan(image, labels),), {"axes_changed": float(moved)})


def _turn(geometry: Geometry) -> tuple[tuple[int, ...], tuple[bool, ...]]:
    """Return, per world axis x, y, z, the nearest index axis and whether it runs backwards."""
    direction = geometry.axes
    # All six orders are tried: a greedy choice fails on oblique grids near 45 degrees.
    order = max(
        permutations(range(3)), key=lambda p: sum(abs(direction[w, p[w]]) for w in range(3))
    )
    return order, tuple(bool(direction[w, order[w]] < 0) for w in range(3))


def turned(geometry: Geometry, order: tuple[int, ...], flips: tuple[bool, ...]) -> Geometry:
    """Return the geometry whose index axes x, y, z are the old axes `order`, flipped as said."""
    direction = geometry.axes[:, list(order)]
    size = np.array(geometry.shape[::-1])[list(order)]
    spacing = np.array(geometry.spacing[::-1])[list(order)]
    origin = np.array(geometry.origin, dtype=float)
    for axis, flip in enumerate(flips):
        if flip:
            origin += direction[:, axis] * spacing[axis] * (size[axis] - 1)
            direction[:, axis] *= -1
    (nx, ny, nz), (dx, dy, dz) = size.tolist(), spacing.tolist()
    x, y, z = origin.tolist()
    # Adding zero turns -0.0, which a flip leaves behind, into 0.0: the bytes must not depend on it.
    turned_axes = tuple(float(d) + 0.0 for d in direction.ravel())
    return Geometry((nz, ny, nx), (dz, dy, dx), (x, y, z), turned_axes)


def _move(
    array: NDArray[np.generic], order: tuple[int, ...], flips: tuple[bool, ...]
) -> NDArray[np.generic]:
    # Index axis i is array axis 2 - i, since arrays are (z, y, x).
    moved = array.transpose([2 - order[2], 2 - order[1], 2 - order[0]])
    axes = tuple(2 - axis for axis, flip in enumerate(flips) if flip)
    return np.ascontiguousarray(np.flip(moved, axes))


def _slices(
    uids: tuple[str, ...], order: tuple[int, ...], flips: tuple[bool, ...]
) -> tuple[str, ...]:
    if order[2] != 2:
        return ()
    return uids[::-1] if flips[2] else uids


STEP = Step("orient", params={}, run=orient, cost=0.001)
