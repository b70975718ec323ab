"""Watershed: two kinds of scribble, and the edge between them is found."""

import numpy as np

from renkei.annotate.tool import (
    INSIDE,
    OUTSIDE,
    Mask,
    Needs,
    Number,
    Scene,
    Tool,
    Values,
)
from renkei.errors import DataRefusedError

MARGIN_MM = 10.0
LOW_HU, HIGH_HU = -200, 400
MOST_VOXELS = 2_000_000


class ScribblesTooWideError(DataRefusedError):
    """The scribbles reach over more voxels than one run may work on."""


def watershed_scribbles(scene: Scene, *, margin_mm: float = MARGIN_MM) -> Mask:
    """Add what the scribbles inside flood before those outside do, on the gradient's height.

    The scribbles are cropped with a margin within the slice; through slices they reach from the
    first to the last scribbled one. CT is clipped to -200..400 HU; gradient magnitude with a
    Gaussian of 1 voxel; marker watershed (Beucher and Meyer 1993). Where nothing is scribbled
    outside, the border of the crop counts as outside.

    Raises:
        NothingScribbledError: Nothing is scribbled inside.
        NoImageError: There is no image.
        ScribblesTooWideError: The crop has more than 2 million voxels.
    """
    from scipy import ndimage
    from skimage import segmentation

    scribbles, voxels = scene.needed_scribbles(), scene.needed_voxels()
    at = np.nonzero(scribbles)
    more = [0, *(int(np.ceil(margin_mm / step)) for step in scene.spacing[1:])]
    box = tuple(
        slice(max(0, int(axis.min()) - by), int(axis.max()) + 1 + by)
        for axis, by in zip(at, more, strict=True)
    )
    markers = scribbles[box].astype(np.int32)
    if markers.size > MOST_VOXELS:
        raise ScribblesTooWideError("The scribbles reach too far: do a smaller part at a time.")
    near = voxels[box].astype(np.float32)
    if scene.hounsfield:
        near = np.clip(near, LOW_HU, HIGH_HU)
    # One slice has no gradient through slices.
    flat = markers.shape[0] == 1
    height = ndimage.gaussian_gradient_magnitude(near[0] if flat else near, sigma=1)
    if not (markers == OUTSIDE).any():
        border = np.ones(markers.shape[1:], dtype=bool)
        border[1:-1, 1:-1] = False
        markers[(markers == 0) & border] = OUTSIDE
    flooded = segmentation.watershed(  # type: ignore[no-untyped-call]
        height, markers[0] if flat else markers
    ).reshape(markers.shape)
    found = scene.mask.copy()
    found[box] |= (flooded == INSIDE) & ~scene.taken[box]
    found[box] &= scribbles[box] != OUTSIDE
    return found


def _run(scene: Scene, values: Values) -> Mask:
    return watershed_scribbles(scene, margin_mm=values["margin_mm"])


TOOL = Tool(
    "watershed",
    "なぞり書きから分割",
    "Watershed from scribbles",
    _run,
    (Number("margin_mm", "余白", "Margin", "mm", MARGIN_MM, 0.0, 50.0),),
    frozenset({Needs.VOXELS, Needs.SCRIBBLES}),
)
