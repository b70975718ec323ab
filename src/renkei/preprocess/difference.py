"""What changed between two scans on one grid, in units of the noise that lies there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.imaging.volume import Volume
from renkei.preprocess.noise import Noise, noise_of
from renkei.preprocess.step import StepRefusedError
from renkei.select.metrics.ct_noise import noise_of_slice

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

BLUR_VOXELS = 1.0
# Noise changes along the body, slowly.
ALONG_MM = 30.0
SURE = 3.0


@dataclass(frozen=True, slots=True)
class Change:
    """Maps (z, y, x) in standard deviations of the local noise.

    `change` is later minus earlier. `doubt` is what the registration's own error may have made of
    it: |gradient| x error in mm. `noise` is the middle of the local noise, in the image's unit.
    """

    change: Array
    doubt: Array
    noise: float
    share: float


def find_change(earlier: Volume, later: Volume, body: Mask, error_mm: float) -> Change:
    """Return what changed in `body` between two images on one grid, after a blur of one voxel.

    `share` is the part of the body that changed by over three standard deviations beyond doubt.

    Raises:
        StepRefusedError: The noise of a scan cannot be measured.
    """
    one, two = (
        ndimage.gaussian_filter(image.voxels.astype(np.float32), BLUR_VOXELS)
        for image in (earlier, later)
    )
    noise = np.hypot(blurred_noise(earlier), blurred_noise(later))[:, None, None]
    slopes = zip(np.gradient(one), earlier.geometry.spacing, strict=True)
    slope = np.sqrt(sum((g / s) ** 2 for g, s in slopes))
    change = np.where(body, (two - one) / noise, 0).astype(np.float32)
    doubt = np.where(body, slope * error_mm / noise, 0).astype(np.float32)
    sure = np.count_nonzero(np.abs(change) - doubt > SURE)
    share = int(sure) / max(1, int(np.count_nonzero(body)))
    return Change(change, doubt, float(np.median(noise)), share)


def blurred_noise(image: Volume) -> NDArray[np.float64]:
    """Return the SD of the noise in each slice after the blur, in the image's unit.

    CT noise is correlated within slices as if blurred by b pixels: its variance falls by
    max(b^2, 1 / 4 pi) / (b^2 + 1) there, and by 1 / 2 sqrt(pi) across slices.

    Raises:
        StepRefusedError: The noise cannot be measured.
    """
    found = noise_of(image)
    if found is None:
        raise StepRefusedError(
            "The noise of a scan cannot be measured, so nothing says what is a change.",
            code="sigma_unknown",
        )
    squared = found.shared / (4 * np.pi) if found.correlated else 0.0
    within = max(squared, 1 / (4 * np.pi)) / (squared + BLUR_VOXELS**2)
    return _along(image, found) * float(np.sqrt(within / (2 * np.sqrt(np.pi))))


def _along(image: Volume, found: Noise) -> NDArray[np.float64]:
    sigmas = np.full(len(image.voxels), found.sigma)
    if image.modality != "CT":
        return sigmas
    dz, dy, dx = image.geometry.spacing
    for z, plane in enumerate(image.voxels):
        sigmas[z] = noise_of_slice(plane, (dy, dx)) or found.sigma
    smooth: NDArray[np.float64] = ndimage.median_filter(sigmas, max(1, round(ALONG_MM / dz)))
    return smooth
