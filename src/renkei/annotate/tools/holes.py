"""Holes: fill what a label surrounds within a slice."""

import numpy as np

from renkei.annotate.tool import Mask, Number, Scene, Tool, Values

MOST_MM2 = 200.0


def fill_holes(scene: Scene, *, most_mm2: float = MOST_MM2) -> Mask:
    """Fill holes of up to `most_mm2` in each acquired slice, but for voxels that are taken.

    A hole is a 4-component of the background that does not touch the slice's border.
    """
    from scipy import ndimage

    filled = scene.mask.copy()
    area = scene.spacing[1] * scene.spacing[2]
    for z in np.flatnonzero(scene.mask.any(axis=(1, 2))):
        plane = scene.mask[z]
        holes, _ = ndimage.label(ndimage.binary_fill_holes(plane) & ~plane)
        small = np.bincount(holes.ravel()) * area <= most_mm2
        small[0] = False
        filled[z] |= small[holes]
    return np.asarray(filled & ~(scene.taken & ~scene.mask))


def _run(scene: Scene, values: Values) -> Mask:
    return fill_holes(scene, most_mm2=values["most_mm2"])


TOOL = Tool(
    "holes",
    "穴を埋める",
    "Fill holes",
    _run,
    (Number("most_mm2", "埋める最大の面積", "Largest area filled", "mm²", MOST_MM2, 0.1, 1e6),),
)
