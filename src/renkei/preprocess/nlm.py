"""Non-local means in numpy: a voxel becomes the mean of those whose surroundings look like its own.

Each pair of voxels is weighed once, for both. The work goes by slabs of planes that stay in cache.
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Reach = tuple[int, int, int]

# Values of a slab that the cache holds with its scratch.
SLAB = 1 << 17
TINY = np.float32(1e-12)


def non_local_means(
    voxels: Array, sigma: float, *, h: float, rician: bool, search: Reach = (2, 2, 2)
) -> Array:
    """Return the weighted mean over the search box (z, y, x), by patches of 3 x 3 x 3.

    Weight = exp(-max(d2 - 2 sigma^2, 0) / (2 (h sigma)^2)), d2 = mean squared difference of two
    patches; a voxel weighs as much as the likest other. Of a magnitude image (`rician`) the squares
    are averaged and 2 sigma^2, which noise adds to them, is taken off.

    Source: Buades, Coll and Morel 2005; Wiest-Daesslé et al. 2008 for magnitude images.
    """
    edge = tuple(r + 1 for r in search)
    wide = np.pad(voxels, [(r, r) for r in edge], mode="reflect" if _fits(voxels, edge) else "edge")
    value = wide * wide if rician else wide
    sums = _Sums(value)
    for offset in _half(search):
        _add(wide, value, offset, (2 * sigma**2, 2 * (h * sigma) ** 2), sums)
    inner = tuple(slice(r, n - r) for r, n in zip(edge, wide.shape, strict=True))
    best = np.maximum(sums.best[inner], TINY)
    mean = (sums.total[inner] + best * value[inner]) / (sums.weight[inner] + best)
    if rician:
        mean = np.sqrt(np.maximum(mean - np.float32(2 * sigma**2), 0))
    return np.asarray(mean, dtype=np.float32)


class _Sums:
    """Per voxel: the sum of weighted values, of weights, and the largest weight."""

    def __init__(self, value: Array) -> None:
        self.total = np.zeros_like(value)
        self.weight = np.zeros_like(value)
        self.best = np.zeros_like(value)


def _fits(voxels: Array, edge: tuple[int, ...]) -> bool:
    return all(n > r for n, r in zip(voxels.shape, edge, strict=True))


def _half(search: Reach) -> list[Reach]:
    """Return one of each two opposite offsets."""
    found = product(*(range(-r, r + 1) for r in search))
    return [(z, y, x) for z, y, x in found if (z, y, x) > (0, 0, 0)]


def _add(wide: Array, value: Array, offset: Reach, scale: tuple[float, float], sums: _Sums) -> None:
    """Weigh all pairs that lie `offset` apart, slab by slab."""
    planes, rows, columns = wide.shape
    dz, dy, dx = offset
    here = (slice(max(0, -dy), rows - max(0, dy)), slice(max(0, -dx), columns - max(0, dx)))
    there = (slice(max(0, dy), rows + min(0, dy)), slice(max(0, dx), columns + min(0, dx)))
    core = tuple(slice(s.start + 1, s.stop - 1) for s in here)
    far = tuple(slice(s.start + 1, s.stop - 1) for s in there)
    thick = max(1, SLAB // (rows * columns))
    for first in range(1, planes - dz - 1, thick):
        last = min(first + thick, planes - dz - 1)
        one = (slice(first, last), *core)
        two = (slice(first + dz, last + dz), *far)
        apart = wide[(slice(first - 1, last + 1), *here)]
        apart = apart - wide[(slice(first - 1 + dz, last + 1 + dz), *there)]
        weight = _weights(np.square(apart, out=apart), *scale)
        for at, other in ((one, two), (two, one)):
            sums.weight[at] += weight
            sums.total[at] += weight * value[other]
            np.maximum(sums.best[at], weight, out=sums.best[at])


def _weights(square: Array, noise: float, width: float) -> Array:
    """Return the weights of squared differences; one voxel is lost at each border."""
    for axis in range(3):
        part = [
            tuple(
                slice(i, square.shape[axis] - 2 + i) if a == axis else slice(None) for a in range(3)
            )
            for i in range(3)
        ]
        summed = square[part[0]] + square[part[1]]
        summed += square[part[2]]
        square = summed
    square *= np.float32(1 / 27)
    square -= np.float32(noise)
    np.maximum(square, 0, out=square)
    square *= np.float32(-1 / width)
    weights: Array = np.exp(square, out=square)
    return weights
