"""What looks like the place that was pointed at, and hangs together with it."""

import numpy as np
from numpy.typing import NDArray

from renkei.annotate.assistant import Assist, AssistNeeds, Question

REACH_MM = 60.0
SPREADS = 2.5


def find_like(question: Question) -> NDArray[np.bool_]:
    """Grow from each point: confidence-connected (Yanowitz and Bruckstein's rule in ITK).

    Voxels within 2.5 SD of the mean in a 5 mm ball around the point, grown once more from the
    region's own mean and SD; at most 60 mm away; on an image smoothed by 1 voxel; opened at the
    end, so that a leak through a thin bridge is cut off.
    """
    from scipy import ndimage

    voxels, spacing = question.volume.voxels, question.volume.geometry.spacing
    found = np.zeros(voxels.shape, dtype=bool)
    for point in question.points:
        reach = [int(np.ceil(REACH_MM / step)) for step in spacing]
        box = tuple(
            slice(max(0, at - by), at + by + 1) for at, by in zip(point, reach, strict=True)
        )
        near = ndimage.gaussian_filter(voxels[box].astype(np.float32), (0, 1, 1))
        seed = tuple(at - part.start for at, part in zip(point, box, strict=True))
        away = np.ones(near.shape, dtype=bool)
        away[seed] = False
        distance = ndimage.distance_transform_edt(away, sampling=spacing)
        region = distance <= max(5.0, *spacing)
        for _ in range(2):
            mean, spread = float(near[region].mean()), max(1.0, float(near[region].std()))
            alike = (np.abs(near - mean) <= SPREADS * spread) & (distance <= REACH_MM)
            parts, _ = ndimage.label(alike)
            if not parts[seed]:
                break
            region = parts == parts[seed]
        opened = ndimage.binary_opening(region, np.ones((1, 3, 3), dtype=bool))
        found[box] |= opened if opened.any() else region
    return found


ASSIST = Assist(
    "point",
    "指した所に似た領域",
    "Like the point",
    frozenset(),
    find_like,
    needs=frozenset({AssistNeeds.POINTS}),
)
