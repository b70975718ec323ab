"""Lay one tissue section over another: rigid from any turn, then optionally deformable.

Images are two-dimensional SimpleITK images of optical density; places are µm from the slide's
upper left corner.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.preprocess.itk import sitk
from renkei.preprocess.register import apart, nmi

BINS = 32
COARSE = 4
SMOOTH_PX = 1.0
TURNS = 12
BEST = 3
SAMPLES = 6_000
BEND_SAMPLES = 8_000
TISSUE_DENSITY = 0.1
AWAY = 0.1
PROBES = 400
BENDS = 6

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Found:
    """A transform from places of the fixed section to those of the moving one, in µm."""

    transform: Any
    measures: Mapping[str, float]


def density_image(rgb: NDArray[np.uint8], mpp: float) -> Any:
    """Return what haematoxylin and brown stains absorb: density of red against the glass."""
    red = rgb[..., 0].astype(np.float32)
    white = max(float(np.percentile(red, 95)), 1.0)
    image = sitk.GetImageFromArray(np.clip(-np.log(np.maximum(red, 1) / white), 0, 2))
    image.SetSpacing((mpp, mpp))
    image.SetOrigin((mpp / 2, mpp / 2))
    return sitk.SmoothingRecursiveGaussian(image, SMOOTH_PX * mpp)


def align_sections(fixed: Any, moving: Any, *, seed: int = 1, deformable: bool = False) -> Found:
    """Align two density images and measure how sure it is; one thread, so that bytes repeat."""
    small_f, small_m = _shrunk(fixed), _shrunk(moving)
    best = _from_any_turn(small_f, small_m, seed)
    found = _refined(fixed, moving, best, seed)
    points = tissue_points(fixed)
    again = _refined(fixed, moving, best, seed + 1)
    back = _from_any_turn(small_m, small_f, seed)
    back = _refined(moving, fixed, back, seed)
    pixel = fixed.GetSpacing()[0]
    measures = {
        "overlap": _overlap(fixed, moving, found),
        "nmi_gain": _gain(small_f, small_m, found),
        "seeds_px": apart(found, again, points) / pixel,
        "backward_px": apart(found, back.GetInverse(), points) / pixel,
        "turn_degrees": float(np.rad2deg(found.GetAngle())),
        "pixel_um": pixel,
    }
    transform = found
    if deformable:
        transform, more = _bent(fixed, moving, found)
        measures |= more
    return Found(transform, {name: round(float(value), 4) for name, value in measures.items()})


def _shrunk(image: Any) -> Any:
    spacing = image.GetSpacing()[0]
    return sitk.BinShrink(sitk.SmoothingRecursiveGaussian(image, spacing), [COARSE, COARSE])


def _from_any_turn(fixed: Any, moving: Any, seed: int) -> Any:
    centre_f, centre_m = _middle(fixed), _middle(moving)
    starts = []
    for turn in range(TURNS):
        start = sitk.Euler2DTransform()
        start.SetCenter(centre_f.tolist())
        start.SetTranslation((centre_m - centre_f).tolist())
        start.SetAngle(2 * np.pi * turn / TURNS)
        starts.append(_optimised(fixed, moving, start, seed, rounds=30))
    starts.sort(key=lambda one: _cost(fixed, moving, one))
    better = [_optimised(fixed, moving, one, seed, rounds=60) for one in starts[:BEST]]
    return min(better, key=lambda one: _cost(fixed, moving, one))


def _refined(fixed: Any, moving: Any, start: Any, seed: int) -> Any:
    return _optimised(fixed, moving, start, seed, rounds=60)


def _middle(image: Any) -> Points:
    """Return the centre of mass of the tissue, or of the picture where there is none."""
    points = tissue_points(image)
    if len(points):
        return np.asarray(points.mean(axis=0))
    return np.asarray(np.array(image.GetSpacing()) * image.GetSize() / 2)


def tissue_points(image: Any) -> Points:
    """Return places (n, 2) spread evenly over the tissue."""
    density = sitk.GetArrayViewFromImage(image)
    at = np.argwhere(density > TISSUE_DENSITY)
    chosen = at[:: max(1, len(at) // PROBES)][:, ::-1]
    return np.asarray((chosen + 0.5) * np.array(image.GetSpacing()))


def _method(fixed: Any, seed: int, samples: int = SAMPLES) -> Any:
    method = sitk.ImageRegistrationMethod()
    method.SetNumberOfThreads(1)
    method.SetMetricAsMattesMutualInformation(BINS)
    method.SetInterpolator(sitk.sitkLinear)
    share = min(1.0, samples / int(np.prod(fixed.GetSize())))
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetMetricSamplingPercentage(share, seed)
    return method


def _optimised(fixed: Any, moving: Any, start: Any, seed: int, *, rounds: int) -> Any:
    method = _method(fixed, seed)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=4 * fixed.GetSpacing()[0],
        minStep=0.01 * fixed.GetSpacing()[0],
        numberOfIterations=rounds,
        relaxationFactor=0.6,
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetInitialTransform(sitk.Euler2DTransform(start), inPlace=False)
    try:
        found = sitk.CompositeTransform(method.Execute(fixed, moving)).GetBackTransform()
    except RuntimeError:  # every sample left the moving section: this start leads nowhere
        return sitk.Euler2DTransform(start)
    return sitk.Euler2DTransform(found)


def _cost(fixed: Any, moving: Any, transform: Any) -> float:
    method = sitk.ImageRegistrationMethod()
    method.SetNumberOfThreads(1)
    method.SetMetricAsMattesMutualInformation(BINS)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetInitialTransform(transform)
    try:
        return float(method.MetricEvaluate(fixed, moving))
    except RuntimeError:
        return 0.0


def _overlap(fixed: Any, moving: Any, transform: Any) -> float:
    """Return the share of the smaller tissue that the other one covers."""
    there = sitk.GetArrayFromImage(fixed) > TISSUE_DENSITY
    mask = sitk.GetArrayFromImage(moving) > TISSUE_DENSITY
    image = sitk.GetImageFromArray(mask.astype(np.uint8))
    image.CopyInformation(moving)
    moved = sitk.Resample(image, fixed, transform, sitk.sitkNearestNeighbor, 0)
    both = np.count_nonzero(there & (sitk.GetArrayViewFromImage(moved) > 0))
    area = float(np.prod(moving.GetSpacing()) / np.prod(fixed.GetSpacing()))
    smaller = min(np.count_nonzero(there), np.count_nonzero(mask) * area)
    return both / smaller if smaller else 0.0


def _gain(fixed: Any, moving: Any, transform: Any) -> float:
    """Return how far NMI - 1 stands over the best of eight places a tenth of the picture away."""
    reach = AWAY * float(np.max(np.array(fixed.GetSize()) * fixed.GetSpacing()))
    away = []
    for turn in range(8):
        other = sitk.Euler2DTransform(transform)
        way = reach * np.array([np.cos(turn * np.pi / 4), np.sin(turn * np.pi / 4)])
        other.SetTranslation((np.array(transform.GetTranslation()) + way).tolist())
        away.append(nmi(fixed, moving, other) - 1)
    return (nmi(fixed, moving, transform) - 1) / max(*away, 1e-4)


def _bent(fixed: Any, moving: Any, rigid: Any) -> tuple[Any, dict[str, float]]:
    """Return the rigid transform followed by a B-spline, and what it did to areas."""
    spline = sitk.BSplineTransformInitializer(fixed, [BENDS, BENDS], 3)
    fixed, moving = _shrunk(fixed), _shrunk(moving)
    method = _method(fixed, 1, BEND_SAMPLES)
    method.SetMovingInitialTransform(rigid)
    method.SetInitialTransform(spline, inPlace=True)
    method.SetOptimizerAsLBFGSB(gradientConvergenceTolerance=1e-6, numberOfIterations=20)
    method.Execute(fixed, moving)
    field = sitk.TransformToDisplacementField(
        spline, sitk.sitkVectorFloat64, fixed.GetSize(), fixed.GetOrigin(), fixed.GetSpacing()
    )
    area = sitk.GetArrayFromImage(sitk.DisplacementFieldJacobianDeterminant(field))
    inside = area[2:-2, 2:-2]
    length = np.linalg.norm(sitk.GetArrayFromImage(field), axis=-1)
    # The last that is added is applied first: places go through the spline, then the rigid part.
    both = sitk.CompositeTransform([rigid, spline])
    return both, {
        "smallest_area": float(inside.min()),
        "bent_um": float(length.max()),
        "nmi_bent": nmi(fixed, moving, both) - nmi(fixed, moving, rigid),
    }
