"""Colour of a slide's pixels: hue, saturation, value as OpenCV scales them, and optical density."""

import numpy as np
from numpy.typing import NDArray


def hsv(rgb: NDArray[np.uint8]) -> tuple[NDArray[np.float32], ...]:
    """Return hue (0-180), saturation and value (0-255) of RGB (..., 3)."""
    found = rgb.astype(np.float32)
    red, green, blue = found[..., 0], found[..., 1], found[..., 2]
    high, low = found.max(axis=-1), found.min(axis=-1)
    spread = high - low
    safe = np.maximum(spread, 1)
    hue = np.where(
        high == red,
        (green - blue) / safe,
        np.where(high == green, (blue - red) / safe + 2, (red - green) / safe + 4),
    )
    return (30 * hue) % 180, 255 * spread / np.maximum(high, 1), high


def density(rgb: NDArray[np.uint8], white: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the optical density (..., 3) of RGB against the white of the slide."""
    seen = np.maximum(rgb.astype(np.float32), 1) / np.maximum(white, 1)
    found: NDArray[np.float32] = np.maximum(-np.log10(seen), 0).astype(np.float32)
    return found


def white_of(overview: NDArray[np.uint8], tissue: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Return the median colour (3,) of empty glass, or None where too little is seen to tell."""
    # Exactly white is what no scanner saw; under 200 it is a shadow or dirt, not glass.
    glass = ~tissue & (overview.min(axis=2) >= 180) & (overview.min(axis=2) < 255)
    if np.count_nonzero(glass) < 100:
        glass = ~tissue & (overview.min(axis=2) >= 180)
    if np.count_nonzero(glass) < 100:
        return None
    white: NDArray[np.float64] = np.median(overview[glass], axis=0).astype(np.float64)
    return white
