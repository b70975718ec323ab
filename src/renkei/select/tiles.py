"""Overview, tissue and tiles of a slide: what the slide metrics look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from renkei.imaging.slide import Slide
from renkei.select.focus import blurred, fine_share, power_of
from renkei.subjects.counting import wilson

TISSUE_MPP = 8.0
TILE_MPP = 0.7
UNKNOWN_SCALE = 16.0
PLAUSIBLE_MPP = (0.02, 20.0)
LEAST_SATURATION = 20
MOST_VALUE = 240
BLOCK = 2048
SIZE = 256
FIRST = 200
MORE = 100
WIDEST = 0.05

Box = tuple[int, int, int, int]


def overview(slide: Slide, mpp: float = TISSUE_MPP) -> NDArray[np.uint8]:
    """Return the whole slide as RGB (y, x, 3) near `mpp` µm per pixel, by the nearest pixels.

    Reads the coarsest level that is still finer, block by block, so that memory stays flat. At a
    sixteenth of level 0 when the pixel size is unknown or cannot be.
    """
    own = slide.mpp if slide.mpp and PLAUSIBLE_MPP[0] <= slide.mpp <= PLAUSIBLE_MPP[1] else None
    wanted = max(1.0, mpp / own) if own else UNKNOWN_SCALE
    number = max(
        (i for i, level in enumerate(slide.levels) if level.downsample <= wanted * 1.01), default=0
    )
    level = slide.levels[number]
    step = max(1, round(wanted / level.downsample))
    stride = max(step, BLOCK // step * step)
    rows = [
        np.concatenate(
            [
                slide.read_region(number, left, top, width, height)[::step, ::step]
                for left, width in _spans(level.width, stride)
            ],
            axis=1,
        )
        for top, height in _spans(level.height, stride)
    ]
    return np.concatenate(rows, axis=0)


def _spans(length: int, stride: int) -> Iterator[tuple[int, int]]:
    for start in range(0, length, stride):
        yield start, min(stride, length - start)


def tissue_mask(rgb: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return where RGB (y, x, 3) shows tissue: HSV saturation > 20 and value < 240, of 255."""
    high = rgb.max(axis=2)
    # In whole numbers: 255 (high - low) / high > 20.
    spread = (high - rgb.min(axis=2)).astype(np.int32) * 255
    mask: NDArray[np.bool_] = (spread > LEAST_SATURATION * high.astype(np.int32)) & (
        high < MOST_VALUE
    )
    return mask


@dataclass(frozen=True)
class Tile:
    """A square of tissue: `rgb` (size, size, 3), `grey` (size, size), its box in level-0 pixels.

    What several metrics need of it is computed once and goes with the tile.
    """

    rgb: NDArray[np.uint8]
    grey: NDArray[np.uint8]
    box: Box

    @cached_property
    def power(self) -> NDArray[np.float32]:
        """Return the power of `grey` by rfft2, under a Hann window."""
        return power_of(self.grey)

    @cached_property
    def fine(self) -> float:
        """Return the share of that power in fine detail."""
        return fine_share(self.power)


def tissue_tiles(slide: Slide, tissue: NDArray[np.bool_], *, seed: int = 0) -> Iterator[Tile]:
    """Yield tiles of 256 px that are more than half tissue, drawn by `seed`.

    200 of them, and more on doubt: until the 95 % interval of the share of blurred ones is at most
    5 points wide, or all were read. They come from the level nearest to 0.7 µm per pixel.
    """
    number = level_for_tiles(slide)
    scale = slide.levels[number].downsample
    corners = tissue_corners(slide, tissue)
    shares: list[float] = []
    for i in np.random.default_rng(seed).permutation(len(corners)):
        if len(shares) >= FIRST and not len(shares) % MORE:
            low, high = wilson(len(blurred(shares)[0]), len(shares))
            if high - low <= WIDEST:
                return
        left, top = (int(at) for at in corners[i])
        rgb = slide.read_region(number, left, top, SIZE, SIZE)
        box = (round(left * scale), round(top * scale), round(SIZE * scale), round(SIZE * scale))
        tile = Tile(rgb, grey_of(rgb), box)
        shares.append(tile.fine)
        yield tile


def tissue_corners(slide: Slide, tissue: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the corners (n, 2), x first, of the tiles that are more than half tissue.

    They count pixels of the level that tiles are read from; `tissue` covers the whole slide.
    """
    level = slide.levels[level_for_tiles(slide)]
    down, across = tissue.shape
    sums = np.zeros((down + 1, across + 1), np.int64)
    sums[1:, 1:] = tissue.cumsum(axis=0).cumsum(axis=1)
    left = np.arange(0, level.width - SIZE + 1, SIZE)
    top = np.arange(0, level.height - SIZE + 1, SIZE)
    x0, x1 = _edges(left, across / level.width, across)
    y0, y1 = _edges(top, down / level.height, down)
    inside = (
        sums[np.ix_(y1, x1)] - sums[np.ix_(y0, x1)] - sums[np.ix_(y1, x0)] + sums[np.ix_(y0, x0)]
    )
    rows, columns = np.nonzero(2 * inside > np.outer(y1 - y0, x1 - x0))
    return np.stack([left[columns], top[rows]], axis=1)


def _edges(
    start: NDArray[np.intp], scale: float, most: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    first = np.minimum((start * scale).astype(np.intp), most - 1)
    last = np.rint((start + SIZE) * scale).astype(np.intp)
    return first, np.clip(last, first + 1, most)


def grey_of(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the mean of the three colours, rounded down."""
    total = rgb[..., 0].astype(np.uint16) + rgb[..., 1] + rgb[..., 2]
    return (total // 3).astype(np.uint8)


def level_for_tiles(slide: Slide) -> int:
    """Return the level whose pixel size is nearest to 0.7 µm; 0 when the size is unknown."""
    if slide.mpp is None:
        return 0
    sizes = [abs(slide.mpp * level.downsample - TILE_MPP) for level in slide.levels]
    return int(np.argmin(sizes))


def place_of(shape: tuple[int, ...], slide: Slide, box: Box) -> Box:
    """Return a box of the overview, whose shape is given, in level-0 pixels."""
    level = slide.levels[0]
    across, down = level.width / shape[1], level.height / shape[0]
    left, top, width, height = box
    return round(left * across), round(top * down), round(width * across), round(height * down)
