"""Fill between slices: draw every few slices, the ones between follow by signed distance."""

from itertools import pairwise

import numpy as np

from renkei.annotate.tool import Mask, Scene, Tool, Values

LEAST_DICE = 0.3


def fill_between(mask: Mask, spacing: tuple[float, float, float]) -> Mask:
    """Fill empty slices between drawn ones; drawn slices stay as they are.

    D = EDT(inside) - EDT(outside) with in-plane spacing; at t the mask is (1-t)·Da + t·Db > 0
    (Raya and Udupa 1990, doi:10.1109/42.52980).
    """
    filled = mask.copy()
    drawn = np.flatnonzero(mask.any(axis=(1, 2)))
    for low, high in pairwise(drawn):
        if high - low > 1:
            filled[low + 1 : high] = _between(mask[low], mask[high], int(high - low), spacing[1:])
    return filled


def _between(a: Mask, b: Mask, steps: int, spacing: tuple[float, ...]) -> Mask:
    from scipy import ndimage

    move = None
    if _apart(a, b):
        # Sections that do not overlap would give nothing between: both move to the way between.
        move = np.array(ndimage.center_of_mass(b)) - np.array(ndimage.center_of_mass(a))
    maps = (_signed(a, spacing), _signed(b, spacing))
    found = np.zeros((steps - 1, *a.shape), dtype=bool)
    for n in range(1, steps):
        t = n / steps
        first, second = maps
        if move is not None:
            first = ndimage.shift(first, t * move, order=1, mode="nearest")
            second = ndimage.shift(second, (t - 1) * move, order=1, mode="nearest")
        found[n - 1] = (1 - t) * first + t * second > 0
    return found


def _apart(a: Mask, b: Mask) -> bool:
    from scipy import ndimage

    whole = np.ones((3, 3), dtype=bool)
    if any(ndimage.label(plane, whole)[1] != 1 for plane in (a, b)):
        return False
    shared = 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))
    return bool(shared < LEAST_DICE)


def _signed(plane: Mask, spacing: tuple[float, ...]) -> np.ndarray:
    from scipy import ndimage

    inside = ndimage.distance_transform_edt(plane, sampling=spacing)
    outside = ndimage.distance_transform_edt(~plane, sampling=spacing)
    return np.asarray(inside - outside)


def _run(scene: Scene, _: Values) -> Mask:
    return fill_between(scene.mask, scene.spacing)


TOOL = Tool("fill", "スライス間を補間", "Fill between slices", _run)
