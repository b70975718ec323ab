"""Grids: one rule for where new voxels lie, and how images and labels are carried onto them."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet
from renkei.imaging.nifti import place, to_sitk
from renkei.imaging.volume import Volume
from renkei.preprocess.body import bounds
from renkei.preprocess.itk import sitk
from renkei.preprocess.separable import axes_between, carry, same_axes
from renkei.preprocess.step import StepRefusedError

AIR_HU = -1024
MOST_VOXELS = 400_000_000
# A Gaussian's full width at half maximum is 2.355 standard deviations.
FWHM = 2.355
# Of a voxel: less is not worth a blur.
LEAST_BLUR = 0.1


def grid_at(geometry: Geometry, spacing: tuple[float, float, float]) -> Geometry:
    """Return the grid of the same centre and exactly `spacing` (z, y, x) mm that covers it all."""
    nz, ny, nx = (
        max(1, math.ceil(n * old / new - 1e-6))
        for n, old, new in zip(geometry.shape, geometry.spacing, spacing, strict=True)
    )
    old = (np.array(geometry.shape[::-1]) - 1) / 2 * np.array(geometry.spacing[::-1])
    new = (np.array((nx, ny, nz)) - 1) / 2 * np.array(spacing[::-1])
    x, y, z = (float(o) for o in np.array(geometry.origin) + geometry.axes @ (old - new))
    return Geometry((nz, ny, nx), spacing, (x, y, z), geometry.direction)


def check_size(shape: Sequence[int]) -> None:
    """Refuse a grid that no machine holds.

    Raises:
        StepRefusedError: It has over 400 million voxels.
    """
    if math.prod(shape) > MOST_VOXELS:
        raise StepRefusedError(
            "This spacing gives over 400 million voxels.", code="too_many_voxels"
        )


def carry_image(image: Volume, grid: Geometry, transform: Any = None) -> Volume:
    """Return the image on `grid` by one linear interpolation, whole numbers rounded.

    `transform` maps points of the grid to points of the image (SimpleITK, mm). Coarser axes are
    blurred first, sigma = sqrt(new^2 - old^2) / 2.355 mm, or fine detail would fold into noise.
    Outside the image lies air (CT, -1024 HU) or 0.
    """
    outside = AIR_HU if image.modality == "CT" else 0
    if transform is None and same_axes(image.geometry, grid):
        voxels = np.full(grid.shape, outside, dtype=image.voxels.dtype)
        axes = axes_between(image.geometry, grid, _blur_of(image.geometry, grid))
        carry(image.voxels, axes, voxels, np.rint if _is_whole(image.voxels) else np.asarray)
        return replace(image, voxels=voxels, geometry=grid, sop_uids=())
    # SimpleITK cuts fractions off whole numbers: half a unit towards zero, on average.
    source = replace(image, voxels=soften(image, grid).astype(np.float32, copy=False))
    moved = sitk.GetArrayFromImage(
        sitk.Resample(
            to_sitk(source),
            reference_of(grid),
            transform or sitk.Transform(3, sitk.sitkIdentity),
            sitk.sitkLinear,
            outside,
        )
    )
    if _is_whole(image.voxels):
        np.rint(moved, out=moved)
    voxels = moved.astype(image.voxels.dtype)
    return replace(image, voxels=voxels, geometry=grid, sop_uids=())


def carry_labels(labels: LabelSet, grid: Geometry, transform: Any = None) -> LabelSet:
    """Return the labels on `grid`: each segment by linear interpolation, inside from one half on.

    Segments are carried one by one, so that overlaps stay; an empty segment stays empty.
    """
    segments = []
    for segment in labels.segments:
        mask = np.zeros(grid.shape, dtype=bool)
        if segment.mask.any():
            mask = _carry_mask(segment.mask, labels.geometry, grid, transform)
        segments.append(replace(segment, mask=mask))
    return replace(labels, geometry=grid, segments=tuple(segments))


def carry_numbers(
    numbers: NDArray[np.int32], source: Geometry, grid: Geometry, transform: Any
) -> NDArray[np.int32]:
    """Return numbered places (z, y, x) on `grid`, each voxel by the nearest; 0 outside."""
    image = sitk.GetImageFromArray(numbers.astype(np.int32))
    place(image, source)
    moved = sitk.Resample(image, reference_of(grid), transform, sitk.sitkNearestNeighbor, 0)
    carried: NDArray[np.int32] = sitk.GetArrayFromImage(moved)
    return carried


def _carry_mask(
    mask: NDArray[np.bool_], source: Geometry, grid: Geometry, transform: Any
) -> NDArray[np.bool_]:
    if transform is None and same_axes(source, grid):
        inside = np.zeros(grid.shape, dtype=bool)
        block = bounds(mask)
        axes = axes_between(source, grid)
        z, y, x = (axis.within(old) for axis, old in zip(axes, block, strict=True))
        carry(mask[block], (z, y, x), inside, _is_half)
        return inside
    image = sitk.GetImageFromArray(mask.astype(np.float32))
    place(image, source)
    moved = sitk.Resample(
        image,
        reference_of(grid),
        transform or sitk.Transform(3, sitk.sitkIdentity),
        sitk.sitkLinear,
        0.0,
    )
    return _is_half(sitk.GetArrayFromImage(moved))


def _is_half(share: NDArray[Any]) -> NDArray[np.bool_]:
    half: NDArray[np.bool_] = share >= 0.5 - 1e-6
    return half


def soften(image: Volume, grid: Geometry) -> NDArray[np.generic]:
    """Return the voxels blurred along each axis on which the grid is coarser."""
    sigma = _blur_of(image.geometry, grid)
    if not any(sigma):
        return image.voxels
    soft = ndimage.gaussian_filter(image.voxels.astype(np.float32), sigma, mode="nearest")
    if _is_whole(image.voxels):
        soft = np.rint(soft)
    softened: NDArray[np.generic] = soft.astype(image.voxels.dtype)
    return softened


def _blur_of(source: Geometry, grid: Geometry) -> tuple[float, ...]:
    """Return the standard deviations in voxels; none where they would change next to nothing."""
    sigma = tuple(
        math.sqrt(max(0.0, to**2 - was**2)) / FWHM / was
        for to, was in zip(grid.spacing, source.spacing, strict=True)
    )
    return sigma if max(sigma) >= LEAST_BLUR else (0.0, 0.0, 0.0)


def _is_whole(voxels: NDArray[Any]) -> bool:
    return bool(np.issubdtype(voxels.dtype, np.integer))


def reference_of(grid: Geometry) -> Any:
    """Return an empty SimpleITK image that lies on the grid."""
    reference = sitk.Image([*grid.shape[::-1]], sitk.sitkUInt8)
    place(reference, grid)
    return reference
