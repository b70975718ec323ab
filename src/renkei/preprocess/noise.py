"""How much noise an image holds, of which kind, and how far its voxels share it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.imaging.volume import Volume
from renkei.preprocess.body import tissue
from renkei.select.metrics.ct_noise import noise_of_slice

Array = NDArray[np.float32]

# The mean over the SD of magnitudes where there is no signal (Rayleigh), and how near is near.
RAYLEIGH = 1.913
NEAR = 0.15
# Of all voxels of a corner, one value may fill this share before it is taken for padding.
PADDED = 0.3
LEAST_AIR = 500
# A finest-detail estimate this far under the local one means that neighbours share their noise.
CORRELATED = 0.7
MOST_SLICES = 24
# What a blur of white noise by so many pixels in its plane leaves of its finest detail.
WHITENESS = (0.19, 0.35, 0.72, 1.0)
BLURS = (1.2, 0.8, 0.5, 0.0)


@dataclass(frozen=True, slots=True)
class Noise:
    """`sigma` in the image's unit; `white` is the finest-detail estimate over it, 1 if white.

    `rician` tells that the image is a magnitude of one coil, `air_ratio` the mean over the SD of
    its air, 0 where there is none.
    """

    sigma: float
    white: float
    rician: bool
    air_ratio: float

    @property
    def correlated(self) -> bool:
        """Tell whether neighbouring voxels share their noise, as a CT kernel leaves it."""
        return self.white < CORRELATED

    @property
    def shared(self) -> float:
        """Return how many voxels share one independent piece of noise, at least 1."""
        blur = float(np.interp(self.white, WHITENESS, BLURS))
        return max(1.0, 4 * float(np.pi) * blur**2)


def noise_of(image: Volume) -> Noise | None:
    """Return the noise, or None where nothing in the image says how strong it is.

    CT: the mode of the local SD, since the finest detail sees a fraction of correlated noise. MR:
    the finest detail in the foreground, since texture raises its local SD.
    """
    voxels = image.voxels.astype(np.float32, copy=False)
    if image.modality == "CT":
        sigma = noise_sigma(image)
        detail = finest_detail(voxels, voxels > -500)
        white = min(1.0, detail / sigma) if sigma and detail else 1.0
        return Noise(sigma, round(white, 4), rician=False, air_ratio=0.0) if sigma else None
    sigma = finest_detail(voxels, tissue(image))
    if not sigma:
        return None
    ratio = air_ratio(voxels)
    rician = abs(ratio - RAYLEIGH) < NEAR * RAYLEIGH and bool(voxels.min() >= 0)
    return Noise(sigma, 1.0, rician=rician, air_ratio=round(ratio, 4))


def noise_sigma(image: Volume) -> float | None:
    """Return the noise in HU (CT) or stored units."""
    if image.modality != "CT":
        voxels = image.voxels.astype(np.float32, copy=False)
        return finest_detail(voxels, tissue(image))
    _, dy, dx = image.geometry.spacing
    # A few dozen slices say what hundreds would.
    step = -(-len(image.voxels) // MOST_SLICES)
    found = [noise_of_slice(plane, (dy, dx)) for plane in image.voxels[step // 2 :: step]]
    values = [value for value in found if value is not None]
    return float(np.median(values)) if values else None


def finest_detail(voxels: Array, inside: NDArray[np.bool_]) -> float | None:
    """Return median |HHH| / 0.6745 of the Haar transform where all eight voxels lie inside."""
    even = tuple(slice(0, n // 2 * 2) for n in voxels.shape)
    detail: NDArray[Any] = voxels[even]
    within: NDArray[Any] = inside[even]
    for axis in range(3):
        one, two = (_every_second(detail, axis, start) for start in (0, 1))
        detail = (one - two) * np.float32(np.sqrt(0.5))
        within = _every_second(within, axis, 0) & _every_second(within, axis, 1)
    if not within.any():
        return None
    return float(np.median(np.abs(detail[within])) / 0.6745)


def air_ratio(voxels: Array) -> float:
    """Return the mean over the SD of what was measured in the corners of the slices, else 0."""
    high, wide = (max(4, n // 10) for n in voxels.shape[1:])
    found = []
    for rows in (slice(0, high), slice(-high, None)):
        for columns in (slice(0, wide), slice(-wide, None)):
            corner = voxels[:, rows, columns].ravel()
            values, counts = np.unique(corner, return_counts=True)
            if counts.max() > PADDED * corner.size:
                corner = corner[corner != values[np.argmax(counts)]]
            if corner.size >= LEAST_AIR and corner.std() > 0:
                found.append(float(corner.mean() / corner.std()))
    return float(np.median(found)) if found else 0.0


def _every_second(array: NDArray[Any], axis: int, start: int) -> NDArray[Any]:
    return array[tuple(slice(start, None, 2) if a == axis else slice(None) for a in range(3))]
