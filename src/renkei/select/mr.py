"""What the MR metrics see of a slice: masks of the head or body and of the air, and its k-space."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from scipy import fft, ndimage

from renkei.select.case import Plane
from renkei.select.metric import Measured, Place, Worse, not_applicable

LEAST_SIDE = 32
LEAST_AIR = 0.05
LEAST_SHARE = 0.02
OTSU_SHARE = 0.6
NEAR_PX = 6
PIECE_SHARE = 0.1
LOWEST = 1e-3
Mask = NDArray[np.bool_]
# The number of a slice, its value, and further numbers of it.
Found = tuple[int, float, Mapping[str, float]]


@dataclass(frozen=True)
class MrSlice:
    """A slice of an MR, scaled so that its 99.5th percentile is 100.

    `foreground` is the subject, `near` the subject and six pixels around it, `air` the rest
    without `padding`, which is where the file holds a constant and nothing was measured.
    `threshold` parts signal from air, and `phase` is the axis of phase encoding where it is known.
    """

    image: NDArray[np.float32]
    threshold: float
    phase: int | None
    foreground: Mask
    near: Mask
    air: Mask
    padding: Mask

    @cached_property
    def mean(self) -> float:
        """Return the mean of the foreground."""
        return float(self.image[self.foreground].mean())

    @cached_property
    def has_air(self) -> bool:
        """Tell whether enough air was measured; none is where a head was cut out of it."""
        return bool(self.air.mean() >= LEAST_AIR)

    @cached_property
    def inside(self) -> Mask:
        """Return the foreground without its rim of four pixels."""
        inside: Mask = ndimage.binary_erosion(self.foreground, iterations=4)
        return inside

    @cached_property
    def local_sd(self) -> NDArray[np.float32]:
        """Return the standard deviation of 5 x 5 pixels around each one."""
        mean = ndimage.uniform_filter(self.image, 5, mode="nearest")
        square = ndimage.uniform_filter(self.image * self.image, 5, mode="nearest")
        sd: NDArray[np.float32] = np.sqrt(np.maximum(square - mean * mean, 0) * (25 / 24))
        return sd

    @cached_property
    def k_space(self) -> NDArray[np.float32]:
        """Return ln of the magnitude of the spectrum, (ky, kx) with the centre in the middle."""
        found = np.abs(fft.fftshift(fft.fft2(self.image)))
        log: NDArray[np.float32] = np.log(np.maximum(found, LOWEST))
        return log

    def lines(self, axis: int) -> NDArray[np.float32]:
        """Return the mean of each line of k-space across an axis, on the scale of ln."""
        lines: NDArray[np.float32] = self.k_space.mean(axis=1 - axis)
        return lines

    def roughness(self, axis: int) -> float:
        """Return the mean difference between neighbouring lines of k-space across an axis."""
        return float(np.abs(np.diff(self.lines(axis))).mean())


_last = threading.local()


def mr_slice(plane: Plane) -> MrSlice | None:
    """Return what is common to the MR metrics of a slice, or None where it shows nothing.

    The answer for the last slice is kept, since every metric asks for the same one in turn.
    """
    kept: tuple[Plane, MrSlice | None] | None = getattr(_last, "kept", None)
    if kept is None or kept[0] is not plane:
        kept = _last.kept = (plane, _seen(plane.pixels, phase_axis(plane.header)))
    return kept[1]


def phase_axis(header: Dataset | None) -> int | None:
    """Return the axis of (y, x) along which phase is encoded, by (0018,1312)."""
    said = str(header.get("InPlanePhaseEncodingDirection") or "") if header else ""
    return {"ROW": 1, "COL": 0}.get(said.strip().upper())


def _seen(pixels: NDArray[Any], phase: int | None) -> MrSlice | None:
    if pixels.ndim != 2 or min(pixels.shape) < LEAST_SIDE:
        return None
    values = np.nan_to_num(pixels.astype(np.float32), posinf=0.0, neginf=0.0)
    padding = _padding(values)
    top = float(np.percentile(values, 99.5))
    if top <= 0 or padding.all():
        return None
    image = np.maximum(values * np.float32(100 / top), 0)
    threshold = OTSU_SHARE * _otsu(image)
    foreground = _large(image > threshold)
    if foreground.mean() < LEAST_SHARE:
        return None
    near = ndimage.distance_transform_cdt(~foreground, "taxicab") <= NEAR_PX
    return MrSlice(image, threshold, phase, foreground, near, ~near & ~padding, padding)


def _padding(values: NDArray[np.float32]) -> Mask:
    """Return where 5 x 5 pixels are all the same: filled in, never measured."""
    flat = ndimage.maximum_filter(values, 5) == ndimage.minimum_filter(values, 5)
    # Two pixels back out to the rim, and two more that the filling may have touched.
    grown: Mask = ndimage.maximum_filter(flat, 9)
    return grown


def _large(mask: Mask) -> Mask:
    """Return the large pieces of a mask that was filled and opened by two pixels.

    The largest alone would be the head or the brain, as the scalp's ring happens to be closed.
    """
    # Filled first: thin skin closes a cavity that the opening would lay open.
    filled = ndimage.binary_opening(ndimage.binary_fill_holes(mask), iterations=2)
    labels, count = ndimage.label(filled)
    if not count:
        return np.zeros_like(mask)
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    large: Mask = (sizes >= PIECE_SHARE * sizes.max())[labels]
    return large


def _otsu(image: NDArray[np.float32]) -> float:
    from skimage import filters

    counts, edges = np.histogram(image, 256, (0.0, 100.0))
    library: Any = filters
    return float(library.threshold_otsu(hist=(counts, (edges[:-1] + edges[1:]) / 2)))


def over_slices(
    found: Sequence[Found | None], *, worse: Worse, place: str, reason: str = "no_foreground"
) -> Measured:
    """Return the median over slices; the worse tail and medians of further numbers are facts."""
    kept = [one for one in found if one is not None]
    if not kept:
        return not_applicable(reason)
    values = np.array([value for _, value, _ in kept])
    high = worse == "high"
    worst = kept[int(values.argmax() if high else values.argmin())][0]
    facts = {"p90" if high else "p10": round(float(np.percentile(values, 90 if high else 10)), 4)}
    for name in sorted({name for _, _, more in kept for name in more}):
        facts[name] = round(float(np.median([more[name] for *_, more in kept if name in more])), 4)
    return Measured(
        value=round(float(np.median(values)), 4),
        n=len(kept),
        facts=facts,
        places=(Place(place, worst),),
    )
