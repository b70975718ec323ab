"""Numbers that show whether to believe a deformation: there and back, and how volumes change."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.preprocess.itk import sitk

MARGIN_VOXELS = 6
MARGIN_MM = 12.0


def apart_after(there: Any, back: Any, points: NDArray[np.float64]) -> dict[str, float]:
    """Return how far points miss themselves there and back: the mean and the worst twentieth."""
    missed = np.array(
        [
            np.linalg.norm(np.subtract(back.TransformPoint(there.TransformPoint(p)), p))
            for p in points.tolist()
        ]
    )
    if not len(missed):
        return {"cycle_mm": float("inf"), "cycle_p95_mm": float("inf")}
    return {"cycle_mm": float(missed.mean()), "cycle_p95_mm": float(np.percentile(missed, 95))}


def jacobian_measures(fixed: Any, transform: Any, body: NDArray[np.bool_]) -> dict[str, float]:
    """Return how the transform changes volumes in the body: least, quantiles, folded share.

    The margin of the image is left out, where the derivative has voxels on one side alone.
    """
    field = sitk.TransformToDisplacementField(
        transform,
        sitk.sitkVectorFloat64,
        fixed.GetSize(),
        fixed.GetOrigin(),
        fixed.GetSpacing(),
        fixed.GetDirection(),
    )
    jacobian = sitk.GetArrayFromImage(sitk.DisplacementFieldJacobianDeterminant(field))
    margin = [
        max(1, min(MARGIN_VOXELS, round(MARGIN_MM / fixed.GetSpacing()[0]), n // 4))
        for n in jacobian.shape
    ]
    inner = np.zeros(jacobian.shape, bool)
    inner[tuple(slice(m, -m) for m in margin)] = True
    inside = jacobian[inner & body]
    if not inside.size:
        return {"jacobian_min": float("nan"), "folded": 1.0}
    low, high = np.quantile(inside, [0.001, 0.999])
    return {
        "jacobian_min": float(inside.min()),
        "jacobian_low": float(low),
        "jacobian_high": float(high),
        "folded": float(np.mean(inside <= 0)),
    }
