"""The lungs on CT; the windpipe comes with them where the two are joined."""

import numpy as np
from numpy.typing import NDArray

from renkei.annotate.assist.body import find_body
from renkei.annotate.assistant import Assist, Question
from renkei.imaging.volume import Volume

TISSUE_HU = -400
GAS_HU = -930  # the median of lung lies near -800, of gas in the bowel near -970
LEAST_ML = 30.0
VESSEL_MM = 5.0


def find_lung(volume: Volume) -> NDArray[np.bool_]:
    """Return the parts of the body under -400 HU that are over 30 mL, vessels in them closed.

    A part whose median lies under -930 HU is gas and no lung.
    """
    from scipy import ndimage

    voxels, grid = np.asarray(volume.voxels), volume.geometry
    body = find_body(volume)
    thin = ndimage.binary_opening((voxels < TISSUE_HU) & body, np.ones((1, 3, 3), dtype=bool))
    parts, _ = ndimage.label(thin)
    found = np.zeros(thin.shape, dtype=bool)
    for number, box in enumerate(ndimage.find_objects(parts), start=1):
        part = parts[box] == number
        large = np.count_nonzero(part) * grid.voxel_mm3 >= 1000 * LEAST_ML
        if large and np.median(voxels[box][part]) > GAS_HU:
            found[box] |= part
    closed = ndimage.binary_closing(found, _disc(grid.spacing[1:])) & body
    return np.stack([ndimage.binary_fill_holes(plane) for plane in closed])


def _disc(spacing: tuple[float, ...]) -> NDArray[np.bool_]:
    rows, columns = (round(VESSEL_MM / step) for step in spacing)
    y, x = np.ogrid[-rows : rows + 1, -columns : columns + 1]
    return np.asarray(np.hypot(y * spacing[0], x * spacing[1]) <= VESSEL_MM)[None]


def _run(question: Question) -> NDArray[np.bool_]:
    return find_lung(question.volume)


ASSIST = Assist("lung", "肺", "Lungs", frozenset({"CT"}), _run)
