"""Metal in a CT: the largest connected piece that is denser than bone can be."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.select.metric import Case, Measured, Metric, not_applicable

# A 12-bit scanner clips at 3071 HU and cortical bone ends near 2000, so only metal lies above.
METAL_HU = 2500


def ct_metal(case: Case) -> Measured:
    """Return the volume of the largest piece at or above 2500 HU in mm3; presence, not streaks."""
    if case.volume is None:
        return not_applicable("no_volume")
    voxels: NDArray[Any] = case.volume.voxels
    dense = voxels >= METAL_HU
    found = int(np.count_nonzero(dense))
    largest = 0
    if found:
        import cc3d

        largest = int(np.bincount(cc3d.connected_components(dense).ravel())[1:].max())
    size = float(np.prod(case.volume.geometry.spacing))
    return Measured(
        value=round(largest * size, 3), n=len(dense), facts={"voxels": found, "largest": largest}
    )


METRIC = Metric("ct_metal", "mm3", frozenset({"CT"}), worse="high", measure=ct_metal)
