"""Compare a predicted mask with its reference: Dice, surface Dice and the 95 % distance."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
Spacing = tuple[float, float, float]
TOLERANCE_MM = 2.0


@dataclass(frozen=True, slots=True)
class Score:
    """How well one structure of one case was found; lengths in mm.

    `state` is `both` where the distances mean something, `neither` where both masks are empty (not
    part of any mean), `missed` or `invented` where one is: Dice and surface Dice are 0 then.
    """

    state: str
    dice: float | None
    surface_dice: float | None
    hd95: float | None
    reference_ml: float
    predicted_ml: float


def score_mask(
    reference: Mask, predicted: Mask, spacing: Spacing, *, tolerance: float = TOLERANCE_MM
) -> Score:
    """Score one structure; masks (z, y, x), spacing in mm in the same order.

    Surface Dice after Nikolov et al. 2018 (arXiv:1809.04430), on boundary voxels.
    """
    ml = float(np.prod(spacing)) / 1000
    volumes = (float(reference.sum()) * ml, float(predicted.sum()) * ml)
    if not reference.any() and not predicted.any():
        return Score("neither", None, None, None, *volumes)
    if not predicted.any():
        return Score("missed", 0.0, 0.0, None, *volumes)
    if not reference.any():
        return Score("invented", 0.0, 0.0, None, *volumes)
    overlap = 2 * float((reference & predicted).sum())
    dice = overlap / float(reference.sum() + predicted.sum())
    near, far = _surface_distances(reference, predicted, spacing)
    within = float((near <= tolerance).sum() + (far <= tolerance).sum())
    surface = within / (near.size + far.size)
    hd95 = float(max(np.percentile(near, 95), np.percentile(far, 95)))
    return Score("both", dice, surface, hd95, *volumes)


def _surface_distances(
    one: Mask, other: Mask, spacing: Spacing
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the distance of each boundary voxel to the other boundary, in mm, both ways."""
    from scipy import ndimage

    box = _bounding_box(one | other)
    first, second = (_boundary(mask[box]) for mask in (one, other))
    to_second = ndimage.distance_transform_edt(~second, sampling=spacing)
    to_first = ndimage.distance_transform_edt(~first, sampling=spacing)
    return to_second[first], to_first[second]


def _boundary(mask: Mask) -> Mask:
    from scipy import ndimage

    # Padded, so that a mask that touches the edge of the image has a surface there.
    padded = np.pad(mask, 1)
    inner = ndimage.binary_erosion(padded)
    boundary: Mask = (padded & ~inner)[1:-1, 1:-1, 1:-1]
    return boundary


def _bounding_box(mask: Mask) -> tuple[slice, ...]:
    found = []
    for axis in range(mask.ndim):
        hit = np.flatnonzero(mask.any(axis=tuple(a for a in range(mask.ndim) if a != axis)))
        found.append(slice(int(hit[0]), int(hit[-1]) + 1))
    return tuple(found)
