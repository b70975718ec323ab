"""How much denoising helps this case: tried on a small block of it, before and after the fact."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.preprocess.body import Block, bounds
from renkei.preprocess.noise import BLURS, WHITENESS, Noise, finest_detail

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
Smooth = Callable[[Array], Array]

SIZE = (12, 72, 72)
SEED = 7
# A small step in units of the noise, to see how the result follows it.
STEP = 0.1
LEAST_LEFT = 1e-3


def expected_gain(voxels: Array, body: Mask, noise: Noise, smooth: Smooth) -> float:
    """Return by how many dB denoising is expected to near the truth, which nobody knows.

    Stein's unbiased estimate of the squared error, mean r^2 - s^2 + 2 cov, where cov is how much
    of the noise the result follows, found with one more run on slightly more of it. The probe is
    shared by neighbours as far as the case's own noise.

    Source: Stein 1981; Ramani, Blu and Unser 2008.
    """
    block = middle(body, SIZE)
    given, inside = voxels[block], body[block]
    noise = _here(given, inside, noise)
    probe = grain(given.shape, noise, SEED)
    found = smooth(given)
    moved = (smooth(given + np.float32(STEP) * probe) - found) / STEP
    follows = float((probe * moved)[inside].mean())
    error = float(np.square(given - found)[inside].mean()) - noise.sigma**2 + 2 * follows
    return -10 * float(np.log10(max(error / noise.sigma**2, LEAST_LEFT)))


def _here(voxels: Array, inside: Mask, noise: Noise) -> Noise:
    """Return the noise with the strength that it has here: a CT's is strongest in the middle."""
    detail = finest_detail(voxels, inside) or noise.white * noise.sigma
    sigma = float(np.clip(detail / noise.white, noise.sigma / 2, noise.sigma * 2))
    return replace(noise, sigma=sigma)


def known_gain(result: Array, body: Mask, noise: Noise, smooth: Smooth) -> float:
    """Return by how many dB denoising nears a known truth: the result itself with known noise.

    The noise is of the case's own strength and kind.
    """
    block = middle(body, SIZE)
    truth, inside = result[block], body[block]
    noisy = truth + grain(truth.shape, noise, SEED)
    if noise.rician:
        noisy = np.hypot(noisy, grain(truth.shape, noise, SEED + 1))
    was = float(np.square(noisy - truth)[inside].mean())
    left = float(np.square(smooth(noisy) - truth)[inside].mean())
    return 10 * float(np.log10(was / max(left, LEAST_LEFT * was)))


def grain(shape: tuple[int, ...], noise: Noise, seed: int) -> Array:
    """Return made noise of the same strength, shared by neighbours as far as the case's own."""
    made = np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)
    blur = float(np.interp(noise.white, WHITENESS, BLURS))
    if blur > 0:
        made = ndimage.gaussian_filter(made, (0, blur, blur))
    strong: Array = made * np.float32(noise.sigma / float(made.std()))
    return strong


def middle(body: Mask, size: tuple[int, int, int]) -> Block:
    """Return the block of at most `size` voxels (z, y, x) in the middle of the body."""
    found = []
    for inner, side, length in zip(bounds(body), size, body.shape, strict=True):
        start = (inner.start + inner.stop - side) // 2
        start = min(max(0, start), max(0, length - side))
        found.append(slice(start, min(length, start + side)))
    return found[0], found[1], found[2]
