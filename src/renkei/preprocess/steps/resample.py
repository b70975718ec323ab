"""Resample: give image and labels voxels of one size, by one interpolation each."""

import numpy as np

from renkei.imaging.labels import LabelSet
from renkei.preprocess.grid import carry_image, carry_labels, check_size, grid_at
from renkei.preprocess.held import Scan
from renkei.preprocess.step import Done, Param, Params, Step


def resample(scan: Scan, params: Params) -> Done:
    """Return the scan at `spacing` (x, y, z) mm: same centre, exact spacing, nothing cut off.

    Raises:
        StepRefusedError: The result would hold over 400 million voxels.
    """
    x, y, z = params["spacing"]
    grid = grid_at(scan.image.geometry, (z, y, x))
    check_size(grid.shape)
    labels = carry_labels(scan.labels, grid) if scan.labels else None
    moved = Scan(carry_image(scan.image, grid), labels)
    return Done((moved,), _kept(scan.labels, labels))


def _kept(before: LabelSet | None, after: LabelSet | None) -> dict[str, float]:
    """Return the share of each segment's volume that is left; lesions lose on coarse grids."""
    if before is None or after is None:
        return {}
    old = float(np.prod(before.geometry.spacing))
    new = float(np.prod(after.geometry.spacing))
    return {
        f"volume_kept_{was.number}": round(float(now.mask.sum() * new / (was.mask.sum() * old)), 4)
        for was, now in zip(before.segments, after.segments, strict=True)
        if was.mask.any()
    }


STEP = Step(
    "resample",
    params={"spacing": Param("number", (1.0, 1.0, 1.0), 0.2, 20.0, count=3, unit="mm")},
    run=resample,
    interpolates=True,
    cost=0.1,
)
