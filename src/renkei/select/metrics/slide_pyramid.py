"""Pyramid of a slide: whether each coarser level is the finer one, only smaller."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from renkei.imaging.slide import Slide
from renkei.select.case import Case
from renkei.select.metric import SLIDES, Measured, Metric, Place, not_applicable
from renkei.select.tiles import Box

SIDE = 32
CELL = 8
SPOTS = 12
MOST_RATIO = 32


def sum_up(case: Case, _said: Sequence[object]) -> Measured:
    """Return the largest difference, in grey levels of 255, between a level and the next finer one.

    It is taken at 24 spots a level, half of them on tissue, over means of 8 x 8 pixels, so that
    how a scanner shrinks does not count.
    """
    slide = case.slide
    if slide is None:
        return not_applicable("no_slide")
    facts = {"levels": float(len(slide.levels))}
    codes = ("pyramid_size",) if any(_uneven(slide, i) for i in range(len(slide.levels))) else ()
    found = [
        (round(_difference(slide, number, left, top), 3), number, left, top)
        for number in range(1, len(slide.levels))
        for left, top in _spots(slide, number, case.tissue)
    ]
    if not found:
        return Measured(value=None, reason="one_level", codes=codes, facts=facts)
    worst, number, left, top = max(found)
    scale = slide.levels[number].downsample
    box: Box = (round(left * scale), round(top * scale), round(SIDE * scale), round(SIDE * scale))
    return Measured(
        value=worst,
        n=len(found),
        codes=codes,
        facts=facts | {"worst_level": float(number)},
        places=(Place("pyramid_differs", box=box),),
    )


def _uneven(slide: Slide, number: int) -> bool:
    """Tell whether a level is not level 0 shrunk by one factor, to a pixel or a hundredth."""
    first, level = slide.levels[0], slide.levels[number]
    across, down = first.width / level.width, first.height / level.height
    allowed = max(0.01, 1 / level.width, 1 / level.height)
    grows = number > 0 and level.downsample <= slide.levels[number - 1].downsample
    return grows or abs(across / down - 1) > allowed


def _spots(slide: Slide, number: int, tissue: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield corners in pixels of a level: a few on tissue, a few anywhere."""
    level = slide.levels[number]
    finer = slide.levels[number - 1]
    if min(level.width, level.height) < SIDE or level.downsample / finer.downsample > MOST_RATIO:
        return
    random = np.random.default_rng(number)
    spots = random.random((SPOTS, 2))
    rows, columns = np.nonzero(tissue)
    if len(rows):
        chosen = random.integers(0, len(rows), SPOTS)
        on_tissue = np.stack([columns[chosen], rows[chosen]], axis=1) / tissue.shape[::-1]
        spots = np.concatenate([spots, on_tissue])
    for across, down in spots:
        left = min(int(across * level.width), level.width - SIDE)
        top = min(int(down * level.height), level.height - SIDE)
        yield left, top


def _difference(slide: Slide, number: int, left: int, top: int) -> float:
    ratio = slide.levels[number].downsample / slide.levels[number - 1].downsample
    side = round(SIDE * ratio)
    coarse = slide.read_region(number, left, top, SIDE, SIDE)
    fine = slide.read_region(number - 1, round(left * ratio), round(top * ratio), side, side)
    return float(np.abs(_cells(coarse) - _cells(fine)).max())


def _cells(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the mean grey of SIDE / CELL cells each way, whatever the size."""
    grey = rgb.mean(axis=2)
    edges = np.linspace(0, grey.shape[0], SIDE // CELL + 1).astype(int)[:-1]
    counts = np.diff(np.append(edges, grey.shape[0]))
    sums = np.add.reduceat(np.add.reduceat(grey, edges, axis=0), edges, axis=1)
    means: NDArray[np.float64] = sums / np.outer(counts, counts)
    return means


METRIC = Metric("slide_pyramid", "grey", SLIDES, worse="high", sum_up=sum_up, aspect="completeness")
