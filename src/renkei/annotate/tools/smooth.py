"""Smooth: take the steps out of an outline and keep its volume."""

import numpy as np

from renkei.annotate.tool import Mask, Number, Scene, Tool, Values

SIGMA_MM = 1.5


def smooth_mask(scene: Scene, *, sigma_mm: float = SIGMA_MM) -> Mask:
    """Blur the mask by a Gaussian of `sigma_mm` and keep as many voxels as it had.

    The cut is not at one half, which would shrink whatever is thin or round: the voxels with the
    highest blurred values are kept, exactly as many as before, none of them taken.
    """
    from scipy import ndimage

    found = ndimage.find_objects(scene.mask.astype(np.uint8))
    if not found or found[0] is None:
        return scene.mask.copy()
    reach = [int(np.ceil(3 * sigma_mm / step)) for step in scene.spacing]
    box = tuple(
        slice(max(0, part.start - more), part.stop + more)
        for part, more in zip(found[0], reach, strict=True)
    )
    inside = scene.mask[box]
    sigma = [sigma_mm / step for step in scene.spacing]
    soft = ndimage.gaussian_filter(inside.astype(np.float32), sigma, mode="nearest")
    soft[scene.taken[box] & ~inside] = -1
    # Equal values would be cut by their place in memory: what was inside goes first.
    order = np.lexsort((~inside.ravel(), -soft.ravel()))
    kept = np.zeros(inside.size, dtype=bool)
    kept[order[: np.count_nonzero(inside)]] = True
    smoothed = scene.mask.copy()
    smoothed[box] = kept.reshape(inside.shape)
    return smoothed


def _run(scene: Scene, values: Values) -> Mask:
    return smooth_mask(scene, sigma_mm=values["sigma_mm"])


TOOL = Tool(
    "smooth",
    "平滑化(体積を保つ)",
    "Smooth, same volume",
    _run,
    (Number("sigma_mm", "強さ", "Strength", "mm", SIGMA_MM, 0.3, 10.0),),
)
