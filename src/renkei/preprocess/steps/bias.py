"""Bias: take out the slow shading that an MR coil lays over the subject (N4)."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.imaging.nifti import place, to_sitk
from renkei.preprocess import verdicts
from renkei.preprocess.body import body_mask
from renkei.preprocess.held import Scan
from renkei.preprocess.itk import sitk
from renkei.preprocess.register import one_thread
from renkei.preprocess.step import Done, Finding, Param, Params, Step, StepRefusedError

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

ROUNDS = (50, 50, 50, 50)
TOLERANCE = 1e-3
WIDE_MM = 25.0


def bias(scan: Scan, params: Params) -> Done:
    """Return the scan divided by its smooth field of mean 1 in the head or body.

    Raises:
        StepRefusedError: It is no MR, nothing parts the subject from air, or shading grew.
    """
    image = scan.image
    if image.modality != "MR":
        raise StepRefusedError("Only an MR is shaded by a coil: leave bias out.", code="not_an_mr")
    mask = body_mask(image)
    if mask is None:
        raise StepRefusedError(
            "Nothing parts the subject from the air here, and without a mask the field is wrong.",
            code="no_mask",
        )
    before = image.voxels.astype(np.float32)
    field = bias_field(scan, mask, int(params["shrink"]))
    after = before / field
    spacing = image.geometry.spacing
    measures = {
        "field_cv": _variation(field[mask]),
        "shading_before": _shading(before, mask, spacing),
        "shading_after": _shading(after, mask, spacing),
    }
    measures = {name: round(value, 5) for name, value in measures.items()}
    finding, code = verdicts.evenness(measures)
    if finding is Finding.REFUSE:
        raise StepRefusedError(
            "The image would be shaded more than before: leave bias out.", code=code, **measures
        )
    return Done((replace(scan, image=replace(image, voxels=after)),), measures, finding, code)


def bias_field(scan: Scan, mask: Mask, shrink: int) -> Array:
    """Return the field (z, y, x) by which N4 says the image is multiplied, of mean 1 in the mask.

    It is fitted to every `shrink`-th voxel of an axis, no coarser than that makes the finest one.

    Source: Tustison et al. 2010.
    """
    image = scan.image
    # N4 takes logarithms: what is not above zero is left out of the mask.
    voxels = image.voxels.astype(np.float32)
    inside = mask & (voxels > 0)
    whole = to_sitk(replace(image, voxels=voxels))
    region = sitk.GetImageFromArray(inside.astype(np.uint8))
    place(region, image.geometry)
    coarse = shrink * min(image.geometry.spacing)
    steps = [max(1, round(coarse / mm)) for mm in image.geometry.spacing[::-1]]
    with one_thread():
        fitter: Any = sitk.N4BiasFieldCorrectionImageFilter()
        fitter.SetMaximumNumberOfIterations(ROUNDS)
        fitter.SetConvergenceThreshold(TOLERANCE)
        fitter.Execute(sitk.Shrink(whole, steps), sitk.Shrink(region, steps))
        field = np.exp(sitk.GetArrayFromImage(fitter.GetLogBiasFieldAsImage(whole)))
    found: Array = (field / field[mask].mean()).astype(np.float32)
    return found


def _variation(values: NDArray[Any]) -> float:
    return float(values.std() / values.mean())


def _shading(voxels: Array, mask: Mask, spacing: tuple[float, float, float]) -> float:
    """Return SD over mean of the image after a wide blur that stays inside the mask."""
    steps = [max(1, int(WIDE_MM / 4 / mm)) for mm in spacing]
    thin = tuple(slice(None, None, step) for step in steps)
    inside = mask[thin].astype(np.float32)
    width = [WIDE_MM / mm / step for mm, step in zip(spacing, steps, strict=True)]
    weight = ndimage.gaussian_filter(inside, width, mode="constant")
    signal = ndimage.gaussian_filter(inside * voxels[thin], width, mode="constant")
    wide = signal[inside > 0] / np.maximum(weight[inside > 0], 1e-3)
    return _variation(wide) if wide.size else 0.0


STEP = Step(
    "bias",
    params={"shrink": Param("number", 4.0, 1.0, 8.0, unit="voxels")},
    run=bias,
    keeps=True,
)
