"""Focus of a tile: its fine detail, and which tiles of a slide are far below the slide's best."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

FINE = 0.15
COARSE = 0.01
# A blur of two pixels leaves under a tenth of the fine detail; structure alone varies threefold.
BLURRED = 0.2


@lru_cache(maxsize=4)
def _window(height: int, width: int) -> NDArray[np.float32]:
    return np.outer(np.hanning(height), np.hanning(width)).astype(np.float32)


@lru_cache(maxsize=4)
def _bands(height: int, width: int) -> NDArray[np.float32]:
    """Return weights (2, frequencies) that sum the fine power and all but the lighting's."""
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :]).ravel()
    return np.stack([frequency > FINE, frequency > COARSE]).astype(np.float32)


def power_of(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the power of a grey tile (y, x), without its mean, under a Hann window, by rfft2."""
    from scipy import fft

    plane = grey.astype(np.float32) - np.float32(grey.mean())
    found = fft.rfft2(plane * _window(*grey.shape))
    power: NDArray[np.float32] = found.real**2 + found.imag**2
    return power


def fine_share(power: NDArray[np.float32]) -> float:
    """Return the share of power above 0.15 cycles per pixel in that of a square tile.

    Power below 0.01 cycles per pixel counts in neither sum, so that lighting plays no part.
    """
    fine, total = _bands(power.shape[0], power.shape[0]) @ power.ravel()
    return float(fine / total) if total > 0 else 0.0


def blurred(shares: Sequence[float]) -> tuple[NDArray[np.intp], float]:
    """Return which shares are under a fifth of their own 90th percentile, and that percentile."""
    found = np.asarray(shares)
    best = float(np.percentile(found, 90))
    return np.flatnonzero(found < BLURRED * best), best
