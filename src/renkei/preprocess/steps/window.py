"""Window: clip a CT to a range of HU, and scale it to 0-1 where the plan says so."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.preprocess.held import Scan
from renkei.preprocess.itk import filters
from renkei.preprocess.step import Done, Param, Params, Step, StepRefusedError


def window(scan: Scan, params: Params) -> Done:
    """Return the scan with values clipped to `low`..`high` HU; `unit` scales that range to 0..1.

    MR has no absolute unit: there the range is the 0.5-99.5 percentile of the foreground, and the
    values used are recorded.

    Raises:
        StepRefusedError: `low` is not below `high`, or the image is constant.
    """
    voxels: NDArray[Any] = scan.image.voxels
    low, high = float(params["low"]), float(params["high"])
    if scan.image.modality != "CT":
        low, high = foreground_range(voxels)
    if low >= high:
        raise StepRefusedError("The window is empty: low must lie below high.", code="empty_window")
    outside = float(np.mean((voxels < low) | (voxels > high)))
    clipped = np.clip(voxels.astype(np.float32), low, high)
    if params["unit"]:
        clipped = (clipped - low) / (high - low)
    elif np.issubdtype(voxels.dtype, np.integer):
        clipped = np.rint(clipped).astype(voxels.dtype)
    measures = {"low": low, "high": high, "clipped_share": round(outside, 6)}
    return Done((replace(scan, image=replace(scan.image, voxels=clipped)),), measures)


def foreground_range(voxels: NDArray[Any]) -> tuple[float, float]:
    """Return the 0.5 and 99.5 percentile above an Otsu threshold times 0.6."""
    if voxels.min() == voxels.max():
        raise StepRefusedError(
            "The image is constant, so it has no window; look at the scan.", code="constant_image"
        )
    inside = voxels[voxels > 0.6 * filters.threshold_otsu(voxels.ravel()[::7])]
    low, high = np.percentile(inside, [0.5, 99.5])
    return float(low), float(high)


STEP = Step(
    "window",
    params={
        "low": Param("number", -1000.0, -32768, 32767, unit="HU"),
        "high": Param("number", 1000.0, -32768, 32767, unit="HU"),
        "unit": Param("flag", default=False),
    },
    run=window,
    cost=0.02,
)
