"""Grow: take in neighbours that look like what is drawn."""

import numpy as np

from renkei.annotate.tool import Mask, Needs, Number, Scene, Tool, Values
from renkei.errors import DataRefusedError

TOLERANCE = 25.0
REACH_MM = 10.0


class NothingDrawnError(DataRefusedError):
    """There is nothing that a region could grow from."""


def grow_region(scene: Scene, *, tolerance: float = TOLERANCE, reach_mm: float = REACH_MM) -> Mask:
    """Take in 6-connected voxels within `tolerance` of the median drawn value.

    Nothing further than `reach_mm` from what is drawn is taken in, so that a leak stays small.

    Raises:
        NothingDrawnError: Nothing is drawn.
        NoImageError: There is no image.
    """
    from scipy import ndimage

    voxels = scene.needed_voxels()
    found = ndimage.find_objects(scene.mask.astype(np.uint8))
    if not found or found[0] is None:
        raise NothingDrawnError("Draw a part of the label first; the region grows from there.")
    box = tuple(
        slice(max(0, part.start - more), part.stop + more)
        for part, more in zip(
            found[0], (int(np.ceil(reach_mm / step)) for step in scene.spacing), strict=True
        )
    )
    seed, near = scene.mask[box], voxels[box].astype(np.float32)
    alike = np.abs(near - np.median(near[seed])) <= tolerance
    close = ndimage.distance_transform_edt(~seed, sampling=scene.spacing) <= reach_mm
    allowed = seed | (alike & close & ~scene.taken[box])
    grown = scene.mask.copy()
    grown[box] = ndimage.binary_propagation(seed, mask=allowed)
    return grown


def _run(scene: Scene, values: Values) -> Mask:
    return grow_region(scene, tolerance=values["tolerance"], reach_mm=values["reach_mm"])


TOOL = Tool(
    "grow",
    "似た領域へ広げる",
    "Grow into similar",
    _run,
    (
        Number("tolerance", "許容差", "Tolerance", "HU", TOLERANCE, 0.0, 10_000.0),
        Number("reach_mm", "最大の距離", "Reach", "mm", REACH_MM, 0.5, 50.0),
    ),
    frozenset({Needs.VOXELS}),
)
