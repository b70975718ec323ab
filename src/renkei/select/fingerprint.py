"""A fingerprint of a slice's content: exact, and near enough to survive noise and re-sampling.

The exact part is the SHA-256 of the stored pixels. The near part looks at the body alone, in HU
of a CT under one fixed window, so that neither a crop of air nor the display window matters.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from renkei.select.case import Plane

FIELD, THUMB, BLOCK, SMALL = 128, 64, 16, 32
# Wide enough for soft tissue and narrow enough that common windows contain it.
WINDOW_HU = (-160.0, 240.0)
# The body begins above this share of the window.
BODY_SHARE = 0.1
LEAST_BODY = 0.1
# Below this there is nothing but the rounding of float32.
LEAST_CONTRAST = 1e-3


@dataclass(frozen=True)
class Fingerprint:
    """What a slice looks like.

    `sha256` is of the stored pixels (32 bytes), `thumb` (64, 64) its body from 0 to 1 of the
    window, `small` (32, 32) float16 has mean 0 and length 1. `plain` says that there is nothing to
    compare: every value is the same.
    """

    sha256: bytes
    thumb: NDArray[np.float64]
    small: NDArray[np.float16]
    plain: bool

    @property
    def phash(self) -> bytes:
        """Return 256 bits of the slice: of its cosine transform the 16 x 16 lowest."""
        return _bits(self._lowest)

    @property
    def flipped(self) -> bytes:
        """Return the 256 bits of its mirror image, which differs in the sign of odd columns."""
        return _bits(self._lowest * np.where(np.arange(BLOCK) % 2, -1, 1))

    @property
    def _lowest(self) -> NDArray[np.float64]:
        lowest: NDArray[np.float64] = fft.dctn(self.thumb, norm="ortho")[:BLOCK, :BLOCK]
        return lowest


def stored_digest(stored: NDArray[np.generic]) -> bytes:
    """Return the SHA-256 of stored pixels, little endian: equal in every lossless encoding."""
    little = stored.astype(stored.dtype.newbyteorder("<"), copy=False)
    return hashlib.sha256(np.ascontiguousarray(little).data).digest()


def fingerprint(plane: Plane, *, hounsfield: bool) -> Fingerprint:
    """Return the fingerprint of a slice; `hounsfield` says that its pixels are HU of a CT.

    NCC-32: 32 x 32, zero mean, unit length; its mirror image is `small[:, ::-1]`.
    """
    thumb = _body(plane.pixels, hounsfield=hounsfield)
    small = _resample(thumb, (0, 1), (0, 1), SMALL)
    small = small - small.mean()
    length = float(np.linalg.norm(small))
    return Fingerprint(
        sha256=stored_digest(plane.stored),
        thumb=thumb,
        small=(small / length if length > LEAST_CONTRAST else 0 * small).astype(np.float16),
        plain=length <= LEAST_CONTRAST,
    )


def distance(first: bytes, second: bytes) -> int:
    """Return how many bits of two hashes differ: 0 to 256, near 128 of unrelated slices."""
    return (int.from_bytes(first) ^ int.from_bytes(second)).bit_count()


def _bits(lowest: NDArray[np.float64]) -> bytes:
    return np.packbits(lowest > np.median(lowest)).tobytes()


def _body(pixels: NDArray[np.generic], *, hounsfield: bool) -> NDArray[np.float64]:
    """Return the body of a slice as (64, 64), 0 to 1 of the window."""
    plane = np.clip(pixels, *WINDOW_HU) if hounsfield else pixels
    plane = np.nan_to_num(plane.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    field = _resample(plane, (0, 1), (0, 1), FIELD)
    low, high = WINDOW_HU if hounsfield else np.percentile(field, (1, 99))
    field = np.clip((field - low) / max(high - low, 1e-6), 0, 1)
    body = field > BODY_SHARE
    return _resample(field, _extent(body.mean(axis=1)), _extent(body.mean(axis=0)), THUMB)


def _extent(share: NDArray[np.float64]) -> tuple[float, float]:
    at = np.flatnonzero(share >= LEAST_BODY)
    return (at[0] / share.size, (at[-1] + 1) / share.size) if at.size else (0.0, 1.0)


def _resample(
    plane: NDArray[Any], rows: tuple[float, float], columns: tuple[float, float], size: int
) -> NDArray[np.float64]:
    """Return the part between two shares of rows and columns as (size, size) means of its area."""
    height, width = plane.shape
    left = _weights(height, rows, size)
    right = _weights(width, columns, size)
    found: NDArray[np.float64] = (left @ plane @ right.T).astype(np.float64)
    return found


@lru_cache(maxsize=256)
def _weights(length: int, part: tuple[float, float], size: int) -> NDArray[np.float32]:
    edges = np.linspace(part[0] * length, part[1] * length, size + 1)
    cells = np.arange(length)
    over = np.minimum(edges[1:, None], cells + 1) - np.maximum(edges[:-1, None], cells)
    weights = over.clip(0)
    found: NDArray[np.float32] = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return found
