"""What CT metrics share: the body of one slice, and morphology fast enough for every slice."""

from collections.abc import Sequence
from typing import Any

import cc3d
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

Mask = NDArray[np.bool_]

CT = frozenset({"CT"})
BODY_HU = -400
OPENING_PIXELS = 2
REGROWN_PIXELS = 3
LEAST_BODY_PIXELS = 500
FINE_PIXELS = 256
LEAST_PIXEL_MM = 0.05


def thinned(pixels: NDArray[Any]) -> tuple[NDArray[Any], int]:
    """Return every n-th pixel of a slice, without averaging, and n: 2 from 256 pixels on."""
    step = 2 if min(pixels.shape) >= FINE_PIXELS else 1
    return pixels[::step, ::step], step


def body_of(hu: NDArray[Any]) -> Mask | None:
    """Return the largest piece above -400 HU of one slice (y, x), or None without a body.

    An opening of two pixels cuts off the table; growing back inside the threshold restores the
    skin that the opening took.
    """
    dense = hu > BODY_HU
    body = dense
    for _ in range(OPENING_PIXELS):
        body = shrink(body)
    for _ in range(OPENING_PIXELS):
        body = grow(body)
    for _ in range(REGROWN_PIXELS):
        body = grow(body) & dense
    if not body.any():
        return None
    pieces, sizes = pieces_of(body)
    largest = int(sizes.argmax())
    return pieces == largest if sizes[largest] >= LEAST_BODY_PIXELS else None


def pieces_of(mask: Mask) -> tuple[NDArray[np.integer], NDArray[np.integer]]:
    """Return the pieces of a mask (y, x) by number from 1, joined by edges, and their sizes."""
    pieces: NDArray[np.integer] = cc3d.connected_components(
        np.ascontiguousarray(mask), connectivity=4
    )
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    return pieces, sizes


def grow(mask: Mask) -> Mask:
    """Return a mask (y, x) grown by one pixel up, down, left and right."""
    out = mask.copy()
    out[1:] |= mask[:-1]
    out[:-1] |= mask[1:]
    out[:, 1:] |= mask[:, :-1]
    out[:, :-1] |= mask[:, 1:]
    return out


def shrink(mask: Mask) -> Mask:
    """Return a mask (y, x) shrunk by one pixel on every side; beyond the image is nothing."""
    out = np.zeros_like(mask)
    out[1:-1, 1:-1] = (
        mask[1:-1, 1:-1] & mask[:-2, 1:-1] & mask[2:, 1:-1] & mask[1:-1, :-2] & mask[1:-1, 2:]
    )
    return out


def number_of(header: Dataset, keyword: str) -> float | None:
    """Return an element as a finite number, or None where it holds none."""
    said = header.get(keyword)
    if said is None or (isinstance(said, str | Sequence) and not said):
        return None
    try:
        value = float(said if isinstance(said, str) or not isinstance(said, Sequence) else said[0])
    except (TypeError, ValueError):
        return None
    return value if np.isfinite(value) else None


def pixel_mm(spacing: tuple[float, float], step: int) -> float:
    """Return the width of a thinned pixel in mm, never so small that a filter has no end."""
    return step * max(spacing[1], LEAST_PIXEL_MM)
