"""Stripes of a slide: lines of the scanner that repeat along rows or columns."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from renkei.select.case import Case
from renkei.select.metric import SLIDES, Measured, Metric, not_applicable
from renkei.select.metrics.slide_sharpness import LEAST_TILES
from renkei.select.tiles import SIZE, Tile

# The window spreads a line over its next neighbour, so neighbours are counted from the second.
NEIGHBOURS = slice(2, 7)
LOWEST = 6
BLOCKS = 8


def lines(tile: Tile) -> NDArray[np.float32]:
    """Return the power of lines (2, frequencies): down the rows, then across the columns.

    It is the power that varies along one axis only, less that of its neighbours off the axis; the
    structure of tissue lies on both and cancels.
    """
    half = SIZE // 2
    return np.stack(
        [
            power[:, 0] - power[:, NEIGHBOURS].mean(axis=1)
            for power in (tile.power[:half], tile.power[:, :half].T)
        ]
    )


def sum_up(_case: Case, said: Sequence[NDArray[np.float32]]) -> Measured:
    """Return the height of the strongest line in grey levels of 255, as the median tile has it.

    Frequencies of 8 x 8 blocks are left out: they belong to `slide_blockiness`.
    """
    if len(said) < LEAST_TILES:
        return not_applicable("too_little_tissue")
    power = np.median(said, axis=0)
    frequency = np.arange(power.shape[1])
    seam = SIZE // BLOCKS
    at_seam = np.abs((frequency + seam // 2) % seam - seam // 2) <= 1
    power[:, at_seam | (frequency < LOWEST)] = 0
    axis, best = np.unravel_index(int(power.argmax()), power.shape)
    # A sine of height A has the power (A / 2 x sum of the window)2 in its own bin.
    weight = float(np.hanning(SIZE).sum()) ** 2 / 2
    height = float(np.sqrt(max(power[axis, best], 0))) / weight
    seen = {"period_px": round(SIZE / int(best), 2), "rows": float(axis == 0)} if height else {}
    return Measured(value=round(height, 3), n=len(said), facts=seen)


METRIC = Metric("slide_stripes", "grey", SLIDES, worse="high", look=lines, sum_up=sum_up)
