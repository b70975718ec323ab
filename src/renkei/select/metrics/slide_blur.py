"""Blur of a slide: the share of its tissue that is far less sharp than its own best tissue."""

import numpy as np

from renkei.select.metric import Case, Measured, Metric, not_applicable
from renkei.select.metrics.slide_sharpness import LEAST_TILES, fine_share
from renkei.select.tiles import tissue_tiles

# A blur of two pixels leaves under a tenth of the fine detail; structure alone varies threefold.
BLURRED = 0.2


def slide_blur(case: Case) -> Measured:
    """Return the share of tissue tiles, in per cent, under a fifth of the slide's own sharpness.

    The reference is the slide's 90th percentile, so that scanner and stain play no part; a slide
    blurred all over shows in `slide_sharpness` instead.
    """
    if case.slide is None:
        return not_applicable("no_slide")
    shares = np.array([fine_share(tile) for tile in tissue_tiles(case.slide)])
    if len(shares) < LEAST_TILES:
        return not_applicable("too_little_tissue")
    best = float(np.percentile(shares, 90))
    return Measured(
        value=round(100 * float(np.mean(shares < BLURRED * best)), 3),
        n=len(shares),
        facts={"sharp_p90": round(100 * best, 4)},
    )


METRIC = Metric("slide_blur", "%", frozenset({"SM"}), worse="high", measure=slide_blur)
