"""Rigid registration by mutual information, and the numbers that show whether to believe it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.preprocess.grid import FWHM
from renkei.preprocess.itk import filters, sitk
from renkei.preprocess.rigid import Match, matrix_of

LEVELS_MM = (8.0, 4.0)
FINEST_MM = 2.0
SAMPLES = (10_000, 20_000, 40_000)
LEAST_GAIN = (1e-4, 1e-5, 3e-7)
AGREED_MM = 1.0
TURN = np.deg2rad(25.0)
PROBES = 400
LEAST_BLUR_MM = 0.1


@dataclass(frozen=True, slots=True)
class Alignment:
    """A rigid transform from points of the fixed image to points of the moving one, in mm."""

    transform: Any
    measures: Mapping[str, float]


def align_rigid(
    fixed: Any,
    moving: Any,
    *,
    same_frame: bool,
    seed: int = 1,
    quick: bool = False,
    least_nmi: float = 1.0,
    affine: bool = False,
) -> Alignment:
    """Align two SimpleITK images and measure the result; one thread, so that bytes repeat.

    Starts are the header pose (equal frame of reference) or the centres of both images, each
    alone and turned by 25 degrees about every axis. All are tried at 8 mm, the two that are best
    at 4 mm go on there, and the better one is refined at 2 mm twice (or at the finest voxel's
    side), with other samples. `quick`
    tries the first start only. Below `least_nmi` there is nothing to confirm, so the second run
    is left out; a backward run is made where the two disagree. `affine` lets the last level
    stretch and shear, from the rigid result.
    """
    with one_thread():
        starts = _starts(fixed, moving, same_frame=same_frame)
        fixed, moving = calm(fixed), calm(moving)
        levels = (*LEVELS_MM, max(FINEST_MM, finest_side(fixed, moving)))
        pairs = [(isotropic(fixed, mm), isotropic(moving, mm)) for mm in levels]
        coarse = Match(*pairs[0], SAMPLES[0], seed, least_gain=LEAST_GAIN[0])
        middle = Match(*pairs[1], SAMPLES[1], seed, least_gain=LEAST_GAIN[1])
        tries = [coarse.best(start) for start in starts[: 1 if quick else None]]
        # The 8 mm grid alone once put a wrong pose first; the 4 mm grid tells them apart.
        tries.sort(key=middle.information, reverse=True)
        best = max((middle.best(found) for found in tries[:2]), key=middle.information)
        first = _finest(*pairs[2], best, seed, affine=affine)
        measures = {
            "nmi_before": nmi(*pairs[2], starts[0]),
            "nmi_after": nmi(*pairs[2], first),
            "overlap": overlap(*pairs[2], first),
        }
        if affine:
            measures |= scales(first)
        if measures["nmi_after"] >= least_nmi:
            measures |= _confirm(*pairs[2], best, first, seed, affine=affine)
    return Alignment(first, {name: round(float(value), 4) for name, value in measures.items()})


def _finest(fixed: Any, moving: Any, start: Any, seed: int, *, affine: bool) -> Any:
    match = Match(fixed, moving, SAMPLES[2], seed, least_gain=LEAST_GAIN[2])
    found = match.best(start)
    return match.best(found, affine=True) if affine else found


def _confirm(
    fixed: Any, moving: Any, start: Any, found: Any, seed: int, *, affine: bool
) -> dict[str, float]:
    points = body_points(fixed)
    second = _finest(fixed, moving, start, seed + 1, affine=affine)
    measures = {"seeds_mm": apart(found, second, points)}
    if measures["seeds_mm"] > AGREED_MM:
        back = _finest(moving, fixed, start.GetInverse(), seed, affine=affine)
        measures["backward_mm"] = apart(found, back.GetInverse(), points)
    return measures


def scales(transform: Any) -> dict[str, float]:
    """Return the least and the greatest stretch of an affine transform along any direction."""
    stretch = np.linalg.svd(matrix_of(transform), compute_uv=False)
    return {"scale_min": float(stretch[-1]), "scale_max": float(stretch[0])}


@contextmanager
def one_thread() -> Iterator[None]:
    """Sums over samples depend on how threads cut them, so that bytes would not repeat."""
    threads = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)


def calm(image: Any) -> Any:
    """Clip the rare extremes (metal, vessels), which would leave soft tissue one histogram bin."""
    low, high = np.percentile(sitk.GetArrayViewFromImage(image), [0.5, 99.5])
    return sitk.Clamp(sitk.Cast(image, sitk.sitkFloat32), sitk.sitkFloat32, float(low), float(high))


def finest_side(fixed: Any, moving: Any) -> float:
    """Return the shortest side of a voxel in mm; a finer grid would show nothing more."""
    return float(min(*fixed.GetSpacing(), *moving.GetSpacing()))


def soften(image: Any, detail: float) -> Any:
    """Return the image as float32, blurred along the axes that are finer than `detail` mm."""
    image = sitk.Cast(image, sitk.sitkFloat32)
    sigma = [float(np.sqrt(max(0.0, detail**2 - s**2)) / FWHM) for s in image.GetSpacing()]
    if max(sigma) < LEAST_BLUR_MM:
        return image
    return sitk.SmoothingRecursiveGaussian(image, [max(s, 1e-3) for s in sigma])


def isotropic(image: Any, spacing: float, detail: float | None = None) -> Any:
    """Return a copy with cubic voxels of `spacing` mm, blurred to `detail` (as a rule the same)."""
    image = soften(image, detail or spacing)
    size = [
        max(1, round(n * s / spacing))
        for n, s in zip(image.GetSize(), image.GetSpacing(), strict=True)
    ]
    return sitk.Resample(
        image,
        size,
        sitk.Transform(),
        sitk.sitkLinear,
        image.GetOrigin(),
        [spacing] * 3,
        image.GetDirection(),
        float(np.min(sitk.GetArrayViewFromImage(image))),
    )


def _starts(fixed: Any, moving: Any, *, same_frame: bool) -> list[Any]:

    centre_f, centre_m = (
        np.array(
            image.TransformContinuousIndexToPhysicalPoint([(n - 1) / 2 for n in image.GetSize()])
        )
        for image in (fixed, moving)
    )
    shift = (0.0, 0.0, 0.0) if same_frame else tuple(float(d) for d in centre_m - centre_f)
    starts = []
    turns = [(0.0, 0.0, 0.0)]
    turns += [tuple(s * TURN * (i == axis) for i in range(3)) for axis in range(3) for s in (1, -1)]
    for turn in turns:
        start = sitk.Euler3DTransform()
        start.SetCenter([float(c) for c in centre_f])
        start.SetTranslation(shift)
        start.SetRotation(*turn)
        starts.append(start)
    return starts


def body_points(image: Any) -> NDArray[np.float64]:
    """Return points (n, 3) in mm spread evenly over the foreground."""
    mask = np.argwhere(foreground(image))
    chosen = mask[:: max(1, len(mask) // PROBES)]
    return np.array(
        [image.TransformIndexToPhysicalPoint([int(i) for i in zyx[::-1]]) for zyx in chosen]
    )


def foreground(image: Any) -> NDArray[np.bool_]:
    """Return where an image (z, y, x) holds the body, by Otsu's threshold times 0.6."""
    voxels = sitk.GetArrayFromImage(image)
    low = float(voxels.min())
    mask: NDArray[np.bool_] = voxels - low > 0.6 * (filters.threshold_otsu(voxels) - low)
    return mask


def apart(one: Any, two: Any, points: NDArray[np.float64]) -> float:
    """Return the mean distance in mm between where two transforms send the same points."""
    distance = [
        np.linalg.norm(np.subtract(one.TransformPoint(p), two.TransformPoint(p)))
        for p in points.tolist()
    ]
    return float(np.mean(distance)) if distance else float("inf")


def overlap(fixed: Any, moving: Any, transform: Any) -> float:
    """Return the share of the smaller body that the other one covers after the transform."""
    body_f = foreground(fixed)
    mask = sitk.GetImageFromArray(foreground(moving).astype(np.uint8))
    mask.CopyInformation(moving)
    moved = sitk.Resample(mask, fixed, transform, sitk.sitkNearestNeighbor, 0)
    both = np.count_nonzero(body_f & (sitk.GetArrayViewFromImage(moved) > 0))
    cell = float(np.prod(fixed.GetSpacing()))
    smaller = min(
        np.count_nonzero(body_f) * cell,
        np.count_nonzero(sitk.GetArrayViewFromImage(mask)) * float(np.prod(moving.GetSpacing())),
    )
    return both * cell / smaller if smaller else 0.0


def nmi(fixed: Any, moving: Any, transform: Any) -> float:
    """Return normalised mutual information (H(f) + H(m)) / H(f, m) where both images lie.

    Source: Studholme, Hill, Hawkes 1999.
    """
    moved = sitk.Resample(moving, fixed, transform, sitk.sitkLinear, float("nan"))
    f = sitk.GetArrayFromImage(fixed).ravel()
    m = sitk.GetArrayFromImage(moved).ravel()
    seen = np.isfinite(m)
    if np.count_nonzero(seen) < 1000:
        return 1.0
    joint, _, _ = np.histogram2d(f[seen], m[seen], bins=64)
    p = joint / joint.sum()
    whole = _entropy(p)
    return (_entropy(p.sum(0)) + _entropy(p.sum(1))) / whole if whole > 0 else 1.0


def _entropy(p: NDArray[np.float64]) -> float:
    p = p[p > 0]
    return float(-(p * np.log(p)).sum())
