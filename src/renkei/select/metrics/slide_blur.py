"""Blur of a slide: the share of its tissue that is far less sharp than its own best tissue."""

from collections.abc import Sequence

from renkei.select.case import Case
from renkei.select.focus import blurred
from renkei.select.metric import MOST_PLACES, SLIDES, Measured, Metric, Place, not_applicable
from renkei.select.metrics.slide_sharpness import LEAST_TILES
from renkei.select.tiles import Box, Tile, tissue_corners
from renkei.subjects.counting import wilson


def focus(tile: Tile) -> tuple[float, Box]:
    """Return the share of fine detail of a tile, and where it lies."""
    return tile.fine, tile.box


def sum_up(case: Case, found: Sequence[tuple[float, Box]]) -> Measured:
    """Return the share of tissue tiles, in per cent, under a fifth of the slide's own sharpness.

    The reference is the slide's 90th percentile, so that scanner and stain play no part; a slide
    blurred all over shows in `slide_sharpness` instead.
    """
    if case.slide is None or len(found) < LEAST_TILES:
        return not_applicable("too_little_tissue")
    soft, best = blurred([share for share, _ in found])
    all_tiles = len(tissue_corners(case.slide, case.tissue))
    share = len(soft) / len(found)
    # Who has read every tile need not guess.
    low, high = (share, share) if len(found) == all_tiles else wilson(len(soft), len(found))
    return Measured(
        value=round(100 * share, 3),
        n=len(found),
        facts={
            "sharp_p90": round(100 * best, 4),
            "low95": round(100 * low, 3),
            "high95": round(100 * high, 3),
            "tissue_tiles": float(all_tiles),
        },
        places=tuple(Place("blurred", box=found[i][1]) for i in soft[:MOST_PLACES]),
    )


METRIC = Metric("slide_blur", "%", SLIDES, worse="high", look=focus, sum_up=sum_up, version="2")
