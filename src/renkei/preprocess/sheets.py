"""The views of a run as pictures for a folder: all slices of a scan beside each other."""

import math

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from renkei.preprocess.views import Views

TINTS = ("labels", "change")
# How much of a label's colour lies over the grey.
STRENGTH = 0.35


def sheets(views: Views) -> dict[str, bytes]:
    """Return a PNG for each scan with the labels over it, and one of the change over the first."""
    if views.slices == 1:
        return dict(views.layers)
    stacks = {name: _stack(views, png) for name, png in views.layers.items()}
    tints = {name: stacks.pop(name) for name in TINTS if name in stacks}
    if "labels" in tints:
        found = {name: _over(grey, tints["labels"], STRENGTH) for name, grey in stacks.items()}
    else:
        found = dict(stacks)
    if "change" in tints:
        found["change"] = _over(next(iter(stacks.values())), tints["change"], 1.0)
    return {name: _sheet(stack) for name, stack in found.items()}


def _stack(views: Views, png: bytes) -> NDArray[np.uint8]:
    tall: NDArray[np.uint8] = imagecodecs.png_decode(png)
    return tall.reshape(views.slices, views.height, views.width, *tall.shape[2:])


def _over(grey: NDArray[np.uint8], tint: NDArray[np.uint8], strength: float) -> NDArray[np.uint8]:
    """Lay a tint (z, y, x, RGBA) over grey (z, y, x)."""
    share = tint[..., 3:].astype(np.float32) * (strength / 255)
    mixed = grey[..., None] * (1 - share) + tint[..., :3] * share
    laid: NDArray[np.uint8] = mixed.astype(np.uint8)
    return laid


def _sheet(stack: NDArray[np.uint8]) -> bytes:
    """Return slices row by row, from foot to head, on a sheet about as wide as high."""
    slices, height, width, *rest = stack.shape
    columns = min(slices, max(1, round(math.sqrt(slices * height / width))))
    rows = math.ceil(slices / columns)
    full = np.zeros((rows * columns, height, width, *rest), np.uint8)
    full[:slices] = stack
    placed = full.reshape(rows, columns, height, width, *rest).swapaxes(1, 2)
    sheet = placed.reshape(rows * height, columns * width, *rest)
    return bytes(imagecodecs.png_encode(np.ascontiguousarray(sheet)))
