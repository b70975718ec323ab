"""Sharpness of a slide: how much of a tissue tile's power lies in fine detail."""

from collections.abc import Sequence

import numpy as np

from renkei.select.case import Case
from renkei.select.metric import SLIDES, Measured, Metric, not_applicable
from renkei.select.tiles import Tile

LEAST_TILES = 5


def sharpness(tile: Tile) -> tuple[float, float]:
    """Return a tile's share of fine detail, and the variance of its Laplacian."""
    grey = tile.grey.astype(np.int16)
    laplacian = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1]
    laplacian -= grey[1:-1, :-2] + grey[1:-1, 2:]
    return tile.fine, float(laplacian.astype(np.float32).var())


def sum_up(_case: Case, said: Sequence[tuple[float, float]]) -> Measured:
    """Return the median share of fine detail over tissue tiles, in per cent.

    It depends on scanner, stain and compression: compare it only inside a stratum. The Laplacian
    stands beside it because noise raises that far more than the share.
    """
    if len(said) < LEAST_TILES:
        return not_applicable("too_little_tissue")
    shares, laplacians = np.array(said).T
    return Measured(
        value=round(100 * float(np.median(shares)), 4),
        n=len(said),
        facts={
            "p10": round(100 * float(np.percentile(shares, 10)), 4),
            "laplacian": round(float(np.median(laplacians)), 2),
        },
    )


METRIC = Metric(
    "slide_sharpness",
    "%",
    SLIDES,
    worse="low",
    look=sharpness,
    sum_up=sum_up,
    version="2",
    scale="log",
    floor=0.05,
)
