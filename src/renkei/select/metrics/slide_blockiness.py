"""Blockiness of a slide: how far the seams of 8 x 8 JPEG blocks stand out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from renkei.select.case import Case
from renkei.select.metric import SLIDES, Measured, Metric, not_applicable
from renkei.select.tiles import Tile

BLOCK = 8
LEAST_STEP = 0.05


def seams(tile: Tile) -> NDArray[np.float32]:
    """Return the mean step between neighbours (2, 8): across and down, by place in a block."""
    grey = tile.grey.astype(np.int16)
    steps = [np.abs(np.diff(grey, axis=1)).mean(axis=0), np.abs(np.diff(grey, axis=0)).mean(axis=1)]
    return np.array(
        [[step[place::BLOCK].mean() for place in range(BLOCK)] for step in steps], np.float32
    )


def sum_up(_case: Case, said: Sequence[NDArray[np.float32]]) -> Measured:
    """Return by how much, in per cent, the largest seam exceeds the median step in a block.

    It is the mean of across and down; facts hold each, and where in the picture the grid begins.
    """
    if not said:
        return not_applicable("too_little_tissue")
    steps = np.mean(said, axis=0)
    inside = np.median(steps, axis=1)
    if inside.min() < LEAST_STEP:
        return not_applicable("no_contrast")
    across, down = (float(x) for x in 100 * (steps.max(axis=1) / inside - 1))
    return Measured(
        value=round((across + down) / 2, 3),
        n=len(said),
        facts={
            "across": round(across, 3),
            "down": round(down, 3),
            "phase_across": float((steps[0].argmax() + 1) % BLOCK),
            "phase_down": float((steps[1].argmax() + 1) % BLOCK),
        },
    )


METRIC = Metric("slide_blockiness", "%", SLIDES, worse="high", look=seams, sum_up=sum_up)
