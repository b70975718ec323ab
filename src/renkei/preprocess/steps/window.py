"""Window: clip a CT to a range of HU, and scale it to 0-1 where the plan says so."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.preprocess.held import Scan
from renkei.preprocess.itk import filters
from renkei.preprocess.step import Done, Param, Params, Step, StepRefusedError

# The share of the foreground beyond each end.
CLIPPED = 0.005


def window(scan: Scan, params: Params) -> Done:
    """Return the scan with values clipped to `low`..`high` HU; `unit` scales that range to 0..1.

    MR has no absolute unit: there the range is the 0.5-99.5 percentile of the foreground, and the
    values used are recorded. An MR that is clipped so already keeps every bit.

    Raises:
        StepRefusedError: `low` is not below `high`, or the image is constant.
    """
    voxels: NDArray[Any] = scan.image.voxels
    low, high = float(params["low"]), float(params["high"])
    if scan.image.modality != "CT":
        low, high = foreground_range(voxels)
    if low >= high:
        raise StepRefusedError("The window is empty: low must lie below high.", code="empty_window")
    beyond = np.count_nonzero(voxels < low) + np.count_nonzero(voxels > high)
    share = round(beyond / max(1, voxels.size), 6)
    clipped = _clip(voxels, low, high, whole=not params["unit"])
    if params["unit"]:
        clipped -= np.float32(low)
        # In the voxels' own precision, so that the highest becomes 1 and not nearly 1.
        clipped /= np.float32(high) - np.float32(low)
    measures = {"low": low, "high": high, "clipped_share": share}
    return Done((replace(scan, image=replace(scan.image, voxels=clipped)),), measures)


def _clip(voxels: NDArray[Any], low: float, high: float, *, whole: bool) -> NDArray[Any]:
    """Return clipped values: whole numbers as they came where that is asked, else float32."""
    if not whole or not np.issubdtype(voxels.dtype, np.integer):
        clipped: NDArray[Any] = voxels.astype(np.float32)
        return np.clip(clipped, low, high, out=clipped)
    held = np.iinfo(voxels.dtype)
    least, most = (min(max(round(end), int(held.min)), int(held.max)) for end in (low, high))
    kept: NDArray[Any] = np.clip(voxels, least, most)
    return kept


def foreground_range(voxels: NDArray[Any]) -> tuple[float, float]:
    """Return the 0.5 and 99.5 percentile above an Otsu threshold times 0.6.

    Of values that were clipped so before, both ends: the highest is then held by the half per cent
    that lay above it, while a scanner's own is held by a voxel or two.
    """
    least, most = voxels.min(), voxels.max()
    if least == most:
        raise StepRefusedError(
            "The image is constant, so it has no window; look at the scan.", code="constant_image"
        )
    at_most = np.count_nonzero(voxels == most)
    if at_most > 1 and at_most >= CLIPPED * (np.count_nonzero(voxels > least) - 1):
        return float(least), float(most)
    inside = voxels[voxels > 0.6 * filters.threshold_otsu(voxels.ravel()[::7])]
    low, high = np.percentile(inside, [100 * CLIPPED, 100 * (1 - CLIPPED)])
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
