"""Folds of a slide: long bands of tissue that lies double. A hint for a person, no more."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from renkei.select.case import Case
from renkei.select.colour import density, white_of
from renkei.select.metric import MOST_PLACES, SLIDES, Measured, Metric, Place, not_applicable
from renkei.select.tiles import place_of

SMOOTH = 3
SPREADS = 2.0
LEAST_PIXELS = 40
LEAST_LENGTH = 2.0
LEAST_TISSUE = 1000


def sum_up(case: Case, _said: Sequence[object]) -> Measured:
    """Return the share of tissue, in per cent, that looks folded at about 8 µm per pixel."""
    if case.slide is None:
        return not_applicable("no_slide")
    tissue = int(np.count_nonzero(case.tissue))
    if tissue < LEAST_TISSUE:
        return not_applicable("too_little_tissue")
    white = white_of(case.overview, case.tissue)
    if white is None:
        return not_applicable("no_glass")
    bands = folded(case.overview, case.tissue, white)
    bands.sort(key=len, reverse=True)
    return Measured(
        value=round(100 * sum(len(band) for band in bands) / tissue, 3),
        n=tissue,
        facts={"folds": float(len(bands))},
        places=tuple(
            Place("fold", box=place_of(case.overview.shape, case.slide, _box(band)))
            for band in bands[:MOST_PLACES]
        ),
    )


def folded(
    rgb: NDArray[np.uint8], tissue: NDArray[np.bool_], white: NDArray[np.floating]
) -> list[NDArray[np.intp]]:
    """Return the pixels (n, 2), y first, of each band that looks folded.

    Two layers hold twice the eosin, so that green is absorbed far more than red; dense nuclei
    absorb both. A band lies two robust spreads over the slide's own median, and is twice as long
    as wide.
    """
    import cc3d
    from scipy import ndimage

    absorbed = density(rgb, white)
    pinkness = ndimage.uniform_filter(absorbed[..., 1] - absorbed[..., 0], SMOOTH)
    values = pinkness[tissue]
    middle = float(np.median(values))
    spread = 1.4826 * float(np.median(np.abs(values - middle)))
    square = np.ones((SMOOTH, SMOOTH), dtype=bool)
    high = ndimage.binary_closing((pinkness > middle + SPREADS * spread) & tissue, square)
    pieces = cc3d.connected_components(ndimage.binary_opening(high, square), connectivity=8)
    counts = np.bincount(pieces.ravel())
    found = []
    for number in np.flatnonzero(counts >= LEAST_PIXELS):
        pixels = np.argwhere(pieces == number)
        if number and _length(pixels) >= LEAST_LENGTH:
            found.append(pixels)
    return found


def _length(pixels: NDArray[np.intp]) -> float:
    """Return the length over the width of a piece, from its second moments."""
    across, along = np.linalg.eigvalsh(np.cov(pixels.T))
    return float(np.sqrt(along / max(across, 0.1)))


def _box(pixels: NDArray[np.intp]) -> tuple[int, int, int, int]:
    (top, left), (bottom, right) = pixels.min(axis=0), pixels.max(axis=0) + 1
    return int(left), int(top), int(right - left), int(bottom - top)


METRIC = Metric("slide_fold", "%", SLIDES, worse="high", sum_up=sum_up)
