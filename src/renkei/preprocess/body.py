"""Where the body or head lies in a volume: by a fixed HU in a CT, by Otsu's threshold elsewhere."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.imaging.volume import Volume
from renkei.preprocess.itk import filters

BODY_HU = -500
# Of the way to Otsu's threshold: dark tissue lies below it, noise in air does not reach this.
OTSU_SHARE = 0.6
AIR_PERCENT = 1
LEAST_SHARE = 0.01
Mask = NDArray[np.bool_]
Block = tuple[slice, slice, slice]


def tissue(image: Volume) -> Mask:
    """Return the voxels that are no air.

    They lie above -500 HU, or above 0.6 of the way from air to Otsu's threshold.
    """
    voxels: NDArray[Any] = image.voxels
    if image.modality == "CT":
        dense: Mask = voxels > BODY_HU
        return dense
    if voxels.size == 0 or voxels.min() == voxels.max():
        return np.zeros(voxels.shape, dtype=bool)
    sample = voxels.ravel()[:: max(1, voxels.size // 2_000_000)].astype(np.float32)
    if sample.min() == sample.max():
        return np.zeros(voxels.shape, dtype=bool)
    air = float(np.percentile(sample, AIR_PERCENT))
    bright: Mask = voxels > air + OTSU_SHARE * (float(filters.threshold_otsu(sample)) - air)
    return bright


def body_mask(image: Volume) -> Mask | None:
    """Return the largest connected piece, its slices filled; None if next to nothing is there.

    Bridges of one voxel are cut first, so that a table or a headrest stays outside.
    """
    found = tissue(image)
    loose = ndimage.binary_opening(found, ndimage.generate_binary_structure(3, 1))
    pieces, count = ndimage.label(loose)
    if not count:
        return None
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    body = pieces == sizes.argmax()
    for z, plane in enumerate(body):
        body[z] = ndimage.binary_fill_holes(plane)
    return body if body.mean() >= LEAST_SHARE else None


def bounds(mask: Mask, margin: int = 0) -> Block:
    """Return the least box (z, y, x) around a mask, `margin` voxels wider; it must not be empty."""
    found = []
    for axis, length in enumerate(mask.shape):
        along = np.flatnonzero(mask.any(axis=tuple(a for a in range(3) if a != axis)))
        first, last = int(along[0]), int(along[-1])
        found.append(slice(max(0, first - margin), min(length, last + margin + 1)))
    return found[0], found[1], found[2]
