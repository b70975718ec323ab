"""Mutual information of an image sampled at moved points, with its slope, in numpy.

Source: Mattes et al. 2003 (histograms with a Parzen window), Viola and Wells 1997.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 48
Field = NDArray[np.float32]


def binned(values: NDArray[Any]) -> NDArray[np.int64]:
    """Return the bin of each value."""
    low, high = float(values.min()), float(values.max())
    return np.asarray((values - low) / max(high - low, 1e-6) * (BINS - 1) + 0.5, np.int64)


def levels(image: NDArray[Any]) -> Field:
    """Return an image in units of bins, with room for the window; NaN stays NaN."""
    low, high = float(np.nanmin(image)), float(np.nanmax(image))
    return np.asarray((image - low) / max(high - low, 1e-6) * (BINS - 4) + 1.5, np.float32)


def sample(image: NDArray[np.float32], at: Field) -> tuple[Field, Field]:
    """Return the linear interpolation at indices (3, n) and its slope per voxel (3, n).

    A point outside, or beside a NaN, is NaN and has no slope.
    """
    limits = np.array(image.shape, np.float32)[:, None] - np.float32(1.001)
    outside = ((at < 0) | (at > limits)).any(0)
    at = np.clip(at, 0, limits)
    low = at.astype(np.int32)
    fz, fy, fx = at - low
    _, ny, nx = image.shape
    flat = image.ravel()
    first = (low[0] * ny + low[1]) * nx + low[2]
    v = [
        flat[first + dz * ny * nx + dy * nx + dx] for dz in (0, 1) for dy in (0, 1) for dx in (0, 1)
    ]
    along_x = [(v[i + 1] - v[i]) for i in (0, 2, 4, 6)]
    rows = [v[2 * i] + fx * along_x[i] for i in range(4)]
    along_y = [rows[1] - rows[0], rows[3] - rows[2]]
    planes = [rows[0] + fy * along_y[0], rows[2] + fy * along_y[1]]
    along_z = planes[1] - planes[0]
    x_low = along_x[0] + fy * (along_x[1] - along_x[0])
    x_high = along_x[2] + fy * (along_x[3] - along_x[2])
    slope = np.stack(
        [along_z, along_y[0] + fz * (along_y[1] - along_y[0]), x_low + fz * (x_high - x_low)]
    )
    value = np.where(outside, np.float32(np.nan), planes[0] + fz * along_z)
    return value, np.where(np.isfinite(value), slope, np.float32(0))


def mutual(fixed: NDArray[np.int64], moving: Field) -> tuple[float, Field]:
    """Return the mutual information of bins and values, and its slope by each value.

    Values share themselves among four bins by a cubic window, so that the slope is smooth. NaN
    counts for nothing.
    """
    seen = np.isfinite(moving)
    weight = seen.astype(np.float32)
    moving = np.where(seen, moving, np.float32(1.5))
    low = np.floor(moving).astype(np.int64)
    f = moving - low
    shares = ((1 - f) ** 3, 3 * f**3 - 6 * f**2 + 4, -3 * f**3 + 3 * f**2 + 3 * f + 1, f**3)
    row = fixed * BINS
    joint = np.zeros(BINS * BINS)
    for k, share in enumerate(shares):
        joint += np.bincount(row + low + k - 1, share * weight, BINS * BINS)
    total = max(float(joint.sum()), 1.0)
    p = joint.reshape(BINS, BINS) / total
    by_fixed, by_moving = p.sum(1, keepdims=True), p.sum(0, keepdims=True)
    tiny = 1e-12
    ratio = np.log((p + tiny) / (by_fixed * by_moving + tiny))
    information = float((p * ratio).sum())
    table = np.log((p + tiny) / (by_moving + tiny)).astype(np.float32).ravel()
    slopes = (-3 * (1 - f) ** 2, 9 * f**2 - 12 * f, -9 * f**2 + 6 * f + 3, 3 * f**2)
    slope = sum(table[row + low + k - 1] * s for k, s in enumerate(slopes))
    return information, np.where(seen, slope, 0).astype(np.float32) * np.float32(1 / total)
