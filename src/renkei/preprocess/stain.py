"""Stains of a slide: fit haematoxylin and eosin, and move colours to a reference.

Colours become optical density against the slide's own white, -ln(v / white) for each channel.
Two stains explain most of it; what they do not is kept. The whole change is linear in density, so
it is a product of three looked-up factors for each channel.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renkei.select.tiles import tissue_mask

Rgb = NDArray[np.uint8]
Array = NDArray[np.float64]
Recolour = Callable[[Rgb], Rgb]

LEAST_DENSITY = 0.15
MOST_DENSITY = 2.5  # darker channels are a few grey values deep: their ratio is noise
EXTREME = 1.0
STRONG = 90.0
BRIGHTEST = 95.0  # the median of the brightest tenth
LEAST_PIXELS = 500

# Reinhard's space: cone responses of RGB, then decorrelated axes of their logarithms.
_CONES = np.array(
    [[0.3811, 0.5783, 0.0402], [0.1967, 0.7244, 0.0782], [0.0241, 0.1288, 0.8444]], np.float32
)
_AXES = (np.diag(1 / np.sqrt([3, 6, 2])) @ np.array([[1, 1, 1], [1, 1, -2], [1, -1, 0]])).astype(
    np.float32
)
_FADE = (0.05, 0.15)


@dataclass(frozen=True, slots=True)
class Look:
    """How a slide is coloured: white (3,), stains (2, 3) of length 1, haematoxylin first.

    `maxima` (2,) are the 90th percentiles of their amounts; `mean` and `spread` (3,) of tissue in
    Reinhard's space, its white taken out.
    """

    white: Array
    stains: Array
    maxima: Array
    mean: Array
    spread: Array


def white_point(rgb: Rgb) -> Array:
    """Return for each channel the median of the brightest tenth; pure white no scanner saw."""
    pixels = rgb.reshape(-1, 3)
    seen = pixels[pixels.min(axis=1) < 255]
    chosen = seen if len(seen) >= LEAST_PIXELS else pixels
    return np.maximum(np.percentile(chosen, BRIGHTEST, axis=0), 1.0)


def look_of(rgb: Rgb) -> Look | None:
    """Fit the look of a slide from pixels (y, x, 3) of all of it; None without stained tissue.

    Source: Macenko et al. 2009; Reinhard et al. 2001.
    """
    white = white_point(rgb)
    tissue = rgb[tissue_mask(rgb)]
    density = -np.log(np.maximum(tissue, 0.5) / white)
    strong = density[(density > LEAST_DENSITY).all(axis=1)]
    if len(strong) < LEAST_PIXELS:
        return None
    clear = strong[(strong < MOST_DENSITY).all(axis=1)]
    stains = _two_stains(clear if len(clear) >= LEAST_PIXELS else strong)
    amounts = strong @ np.linalg.pinv(stains)
    maxima = np.maximum(np.percentile(amounts, STRONG, axis=0), 1e-3)
    axes = _to_axes(np.exp(-density).astype(np.float32))
    return Look(white, stains, maxima, axes.mean(axis=0), np.maximum(axes.std(axis=0), 1e-3))


def _two_stains(density: Array) -> Array:
    """Return the extreme directions of the plane that most density lies in."""
    _, vectors = np.linalg.eigh(np.cov(density.T))
    plane = vectors[:, :0:-1]
    plane *= np.where(plane.sum(axis=0) < 0, -1, 1)
    flat = density @ plane
    angles = np.percentile(np.arctan2(flat[:, 1], flat[:, 0]), [EXTREME, 100 - EXTREME])
    found = np.stack([np.cos(angles), np.sin(angles)], axis=1) @ plane.T
    found = np.maximum(found, 0) + 1e-6
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    # Haematoxylin takes the most red.
    ordered: Array = found if found[0, 0] > found[1, 0] else found[::-1]
    return ordered


def angle(one: Array, two: Array) -> float:
    """Return the angle between two stains in degrees."""
    return float(np.rad2deg(np.arccos(np.clip(one @ two, -1, 1))))


def to_white(look: Look, target: Look) -> Recolour:
    """Return a function that moves the white point alone."""
    return _linear(np.eye(3), look.white, target.white)


def to_stains(look: Look, target: Look) -> Recolour:
    """Return a function that swaps the stains and their strength, and keeps the rest."""
    apart = np.linalg.pinv(look.stains)
    strength = np.diag(target.maxima / look.maxima)
    change = apart @ strength @ target.stains + np.eye(3) - apart @ look.stains
    return _linear(change, look.white, target.white)


def _linear(change: Array, white: Array, target: Array) -> Recolour:
    """Return v -> target * exp(-density @ change) as products of factors looked up by value."""
    density = -np.log(np.maximum(np.arange(256.0), 0.5)[:, None] / white)
    factors = np.exp(-density[:, :, None] * change[None]).astype(np.float32)

    def recolour(rgb: Rgb) -> Rgb:
        channels = [np.ascontiguousarray(rgb[..., i]) for i in range(3)]
        out = np.empty_like(rgb)
        for to in range(3):
            value = factors[:, 0, to].take(channels[0])
            value *= factors[:, 1, to].take(channels[1])
            value *= factors[:, 2, to].take(channels[2])
            value *= np.float32(target[to])
            value += np.float32(0.5)
            out[..., to] = np.minimum(value, np.float32(255), out=value)
        return out

    return recolour


def to_statistics(look: Look, target: Look) -> Recolour:
    """Return a function that moves mean and spread of tissue; glass changes by its white alone."""
    gain = (target.spread / look.spread).astype(np.float32)
    mean, wanted = look.mean.astype(np.float32), target.mean.astype(np.float32)
    white, shown = look.white.astype(np.float32), target.white.astype(np.float32)

    def recolour(rgb: Rgb) -> Rgb:
        clear = (np.maximum(rgb, 0.5) / white).astype(np.float32)
        moved = _from_axes((_to_axes(clear) - mean) * gain + wanted)
        dark = -np.log(clear).mean(axis=-1, keepdims=True)
        weight = np.clip((dark - _FADE[0]) / (_FADE[1] - _FADE[0]), 0, 1)
        mixed = (clear + weight * (moved - clear)) * shown + np.float32(0.5)
        out: Rgb = np.clip(mixed, 0, 255).astype(np.uint8)
        return out

    return recolour


def _to_axes(clear: NDArray[np.float32]) -> NDArray[np.float32]:
    axes: NDArray[np.float32] = np.log(np.maximum(clear @ _CONES.T, 1e-3)) @ _AXES.T
    return axes


def _from_axes(axes: NDArray[np.float32]) -> NDArray[np.float32]:
    clear: NDArray[np.float32] = np.exp(axes @ np.linalg.inv(_AXES).T) @ np.linalg.inv(_CONES).T
    return clear
