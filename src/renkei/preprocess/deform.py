"""Deformable registration from a rigid start: a B-spline of 20 mm, and what shows its worth."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.preprocess.consistency import apart_after, jacobian_measures
from renkei.preprocess.freeform import Fit, Lattice, finer, lattice_over
from renkei.preprocess.itk import sitk
from renkei.preprocess.register import (
    body_points,
    calm,
    finest_side,
    foreground,
    isotropic,
    nmi,
    one_thread,
    soften,
)

SIDE_MM = 20.0
COARSE_MM = 8.0
CHECKED_MM = 5.0
# What the last level shows, how far apart its points lie, and how fine the other image is there.
DETAIL_MM = 3.0
POINTS_PER_DETAIL = 2.0
FINER = 0.6
PAD_MM = 32.0
ROUNDS = 40
NEAR_MM = 12.0
REFINED_MM = 4.0
REFINED_ROUNDS = 40
SMOOTH_VOXELS = 1.5


@dataclass(frozen=True, slots=True)
class Deformation:
    """A transform from points of the fixed image to points of the moving one, in mm."""

    transform: Any
    measures: Mapping[str, float]


def deform(
    fixed: Any,
    moving: Any,
    start: Any,
    *,
    refine: bool = False,
    window: tuple[float, float] | None = None,
) -> Deformation:
    """Deform one SimpleITK image onto another from a rigid start, and measure the result.

    `window` clips both images (CT: -1000 to 500 HU), else their rarest percent is clipped.
    Nothing is drawn at random. `refine` adds demons, which need equal values: one modality and
    one phase. The way back is found by itself, from the inverse of the start; how far there and
    back misses is the cycle error.
    """
    with one_thread():
        fixed, moving = _clipped(fixed, window), _clipped(moving, window)
        there = _one_way(fixed, moving, start, refine=refine)
        back = _one_way(moving, fixed, start.GetInverse(), refine=refine)
        small_f, small_m = isotropic(fixed, CHECKED_MM), isotropic(moving, CHECKED_MM)
        points = body_points(small_f)
        measures = {
            "nmi_before": nmi(small_f, small_m, start),
            "nmi_after": nmi(small_f, small_m, there),
            **apart_after(there, back, points),
            **jacobian_measures(small_f, there, foreground(small_f)),
        }
    return Deformation(there, {name: round(float(v), 4) for name, v in measures.items()})


def _clipped(image: Any, window: tuple[float, float] | None) -> Any:
    if window is None:
        return calm(image)
    return sitk.Clamp(sitk.Cast(image, sitk.sitkFloat32), sitk.sitkFloat32, *window)


def _one_way(fixed: Any, moving: Any, start: Any, *, refine: bool) -> Any:
    """Return start after B-spline (after demons): points of `fixed` to points of `moving`."""
    lattice = lattice_over(fixed, 2 * SIDE_MM)
    z, y, x = lattice.cells
    control = np.zeros((3, z + 3, y + 3, x + 3), np.float32)
    coarse = _level(fixed, moving, start, COARSE_MM, COARSE_MM)
    control = coarse.best(lattice, control, ROUNDS)
    lattice, control = lattice.finer(), finer(control)
    control = coarse.best(lattice, control, ROUNDS)
    detail = max(DETAIL_MM, finest_side(fixed, moving))
    control = _level(fixed, moving, start, POINTS_PER_DETAIL * detail, detail).best(
        lattice, control, ROUNDS
    )
    whole = sitk.CompositeTransform([start, _spline(fixed, lattice, control)])
    return _refined(fixed, moving, whole) if refine else whole


def _level(fixed: Any, moving: Any, start: Any, spacing: float, detail: float) -> Fit:
    """Return one level; the moving image by the start reaches further than the fixed one.

    Its voxels never lie on those of the fixed one: linear interpolation blurs all but the points
    on voxels, so that two equal grids hold each other.
    """
    small = isotropic(fixed, spacing, detail)
    inside = ndimage.binary_dilation(foreground(small), iterations=round(NEAR_MM / spacing))
    step = detail * FINER
    size = [math.ceil((n * spacing + 2 * PAD_MM) / step) for n in small.GetSize()]
    axes = np.array(small.GetDirection()).reshape(3, 3)
    corner = np.array(small.GetOrigin()) - axes @ np.full(3, PAD_MM)
    moved = sitk.Resample(
        soften(moving, detail),
        size,
        start,
        sitk.sitkLinear,
        corner.tolist(),
        [step] * 3,
        small.GetDirection(),
        float("nan"),
    )
    return Fit(small, moved, inside)


def _spline(image: Any, lattice: Lattice, control: NDArray[np.float32]) -> Any:
    """Return the lattice as a SimpleITK transform: axes of the image become those of space."""
    axes = np.array(image.GetDirection()).reshape(3, 3)
    corner = np.array(image.GetOrigin()) + axes @ np.array(lattice.origin[::-1])
    spline = sitk.BSplineTransform(3, 3)
    spline.SetTransformDomainOrigin(corner.tolist())
    spline.SetTransformDomainDirection(image.GetDirection())
    spline.SetTransformDomainPhysicalDimensions([n * lattice.side for n in lattice.cells[::-1]])
    spline.SetTransformDomainMeshSize([*lattice.cells[::-1]])
    along = control[::-1].reshape(3, -1).astype(np.float64)
    spline.SetParameters((axes @ along).ravel().tolist())
    return spline


def _refined(fixed: Any, moving: Any, whole: Any) -> Any:
    """Return the transform with a demons field before it."""
    small = isotropic(fixed, REFINED_MM)
    low = float(np.min(sitk.GetArrayViewFromImage(moving)))
    moved = sitk.Resample(soften(moving, REFINED_MM), small, whole, sitk.sitkLinear, low)
    demons = sitk.FastSymmetricForcesDemonsRegistrationFilter()
    demons.SetNumberOfIterations(REFINED_ROUNDS)
    demons.SetStandardDeviations(SMOOTH_VOXELS)
    field = sitk.Cast(demons.Execute(small, moved), sitk.sitkVectorFloat64)
    refined = sitk.CompositeTransform([whole, sitk.DisplacementFieldTransform(field)])
    refined.FlattenTransform()  # a file holds no transform inside a transform
    return refined
