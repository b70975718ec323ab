"""Metal in a CT: the largest connected piece that is denser than bone can be."""

from collections.abc import Sequence

import numpy as np

from renkei.select.case import Case, Plane
from renkei.select.metric import Measured, Metric, Place, not_applicable

# A 12-bit scanner clips at 3071 HU and cortical bone ends near 2000, so only metal lies above.
METAL_HU = 2500


def largest_piece(plane: Plane) -> float:
    """Return the area in mm2 of the largest piece of a slice at or above 2500 HU."""
    dense = plane.pixels >= METAL_HU
    if not dense.any():
        return 0.0
    import cc3d

    pieces = np.bincount(cc3d.connected_components(dense, connectivity=8).ravel())
    return float(pieces[1:].max() * plane.spacing[0] * plane.spacing[1])


def sum_up(_case: Case, areas: Sequence[float]) -> Measured:
    """Return the largest area over the slices in mm2; presence of metal, not streaks."""
    if not areas:
        return not_applicable("no_pixels")
    worst = int(np.argmax(areas))
    largest = round(areas[worst], 3)
    return Measured(
        value=largest,
        n=len(areas),
        facts={"slices": float(np.count_nonzero(areas))},
        places=(Place("metal", worst),) if largest else (),
    )


METRIC = Metric(
    "ct_metal", "mm2", frozenset({"CT"}), worse="high", look=largest_piece, sum_up=sum_up
)
