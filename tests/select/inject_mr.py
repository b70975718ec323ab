"""Faults of an MR put into one slice by degrees; degree 0 of each is the sham.

Every copy goes the same way: moved by a fraction of a pixel, through k-space and back, made a
magnitude, rounded, and its lowest pixels (what was never measured) put back.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from scipy import ndimage

Change = Callable[[np.ndarray], np.ndarray]


def remade(
    image: np.ndarray,
    seed: int,
    *,
    in_k: Change | None = None,
    in_image: Change | None = None,
) -> np.ndarray:
    """Return a copy of a slice through k-space, changed there or after it."""
    dy, dx = np.random.default_rng(seed).uniform(-0.4, 0.4, 2)
    y, x = (np.arange(n) - n // 2 for n in image.shape)
    k = np.fft.fftshift(np.fft.fft2(image.astype(np.float64)))
    k *= np.exp(-2j * np.pi * (dy * y[:, None] / y.size + dx * x[None, :] / x.size))
    made = np.fft.ifft2(np.fft.ifftshift(in_k(k) if in_k else k))
    made = np.abs(in_image(made) if in_image else made)
    made[image == image.min()] = image.min()
    return np.rint(made).clip(0, 2**15 - 1).astype(image.dtype)


def rician(image: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Add complex noise whose SD is a share of the brightest signal."""
    sd = share * float(np.percentile(image, 99.5))
    random = np.random.default_rng(seed + 100)
    noise = random.normal(0, sd, image.shape) + 1j * random.normal(0, sd, image.shape)
    return remade(image, seed, in_image=lambda made: np.abs(made.real) + noise)


def ghost(image: np.ndarray, weight: float, seed: int, *, axis: int) -> np.ndarray:
    """Weaken every second line of k-space by a weight."""

    def weaken(k: np.ndarray) -> np.ndarray:
        lines = np.moveaxis(k, axis, 0)
        lines[1::2] *= 1 - weight
        return k

    return remade(image, seed, in_k=weaken)


def motion(image: np.ndarray, pixels: float, seed: int, *, axis: int) -> np.ndarray:
    """Move the head between six segments of k-space by random shifts and half as many degrees.

    The segment that holds the centre stays.
    """
    random = np.random.default_rng(seed + 200)

    def move(k: np.ndarray) -> np.ndarray:
        still = np.fft.ifft2(np.fft.ifftshift(k)).real
        edges = np.linspace(0, k.shape[axis], 7).astype(int)
        out = np.moveaxis(k.copy(), axis, 0)
        for start, stop in pairwise(edges):
            turn, *shift = random.normal(0, 1, 3)
            if start <= k.shape[axis] // 2 < stop or not pixels:
                continue
            moved = ndimage.rotate(still, 0.5 * pixels * turn, reshape=False, order=1)
            moved = ndimage.shift(moved, [pixels * one for one in shift], order=1)
            there = np.fft.fftshift(np.fft.fft2(moved))
            out[start:stop] = np.moveaxis(there, axis, 0)[start:stop]
        return np.moveaxis(out, 0, axis)

    return remade(image, seed, in_k=move)


def blur(image: np.ndarray, sigma: float, seed: int) -> np.ndarray:
    """Blur by a Gaussian of so many pixels."""
    return remade(image, seed, in_image=lambda made: ndimage.gaussian_filter(np.abs(made), sigma))


def bias(image: np.ndarray, strength: float, seed: int) -> np.ndarray:
    """Light the slice unevenly, as a coil beside the head does."""
    y, x = (np.linspace(-1, 1, n) for n in image.shape)
    x, y = x[None, :], y[:, None]
    field = np.exp(strength * (0.6 * x + 0.5 * y - 0.6 * x * x))
    return remade(image, seed, in_image=lambda made: made * field)


def wrap(image: np.ndarray, missing: float, seed: int, *, axis: int) -> np.ndarray:
    """Fold a slice into a field that is 1.2 - `missing` times as wide as the head."""
    made = np.moveaxis(remade(image, seed), axis, 0).astype(np.int64)
    signal = np.flatnonzero((made > 0.2 * made.max()).mean(axis=1) > 0.05)
    width = int((signal[-1] + 1 - signal[0]) * (1.2 - missing))
    first = (signal[0] + signal[-1] + 1 - width) // 2
    folded = np.zeros((width, made.shape[1]), dtype=np.int64)
    np.add.at(folded, (np.arange(len(made)) - first) % width, made)
    return np.moveaxis(folded.clip(0, 2**15 - 1).astype(image.dtype), 0, axis)


def spike(image: np.ndarray, times: float, seed: int) -> np.ndarray:
    """Make one point of k-space so many times as bright as its neighbours are."""
    angle = np.random.default_rng(seed + 300).uniform(0.3, 1.2)
    y = image.shape[0] // 2 + int(0.2 * image.shape[0] * np.sin(angle))
    x = image.shape[1] // 2 + int(0.2 * image.shape[1] * np.cos(angle))

    def strike(k: np.ndarray) -> np.ndarray:
        if times:
            k[y, x] = times * np.abs(k[y - 3 : y + 4, x - 3 : x + 4]).mean()
        return k

    return remade(image, seed, in_k=strike)
