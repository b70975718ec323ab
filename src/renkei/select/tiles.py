"""Tissue and tiles of a slide: what the slide metrics look at."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from renkei.imaging.slide import Slide

TISSUE_MPP = 8.0
LEAST_SATURATION = 20
MOST_VALUE = 240
BLOCK = 2048


def overview(slide: Slide, mpp: float = TISSUE_MPP) -> NDArray[np.uint8]:
    """Return the whole slide as RGB (y, x, 3) near `mpp` µm per pixel, by the nearest pixels.

    Reads the coarsest level that is still finer, block by block, so that memory stays flat.
    """
    wanted = max(1.0, mpp / (slide.mpp or mpp))
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
    high = rgb.max(axis=2).astype(np.float32)
    low = rgb.min(axis=2).astype(np.float32)
    saturation = np.where(high > 0, 255 * (high - low) / np.maximum(high, 1), 0)
    mask: NDArray[np.bool_] = (saturation > LEAST_SATURATION) & (high < MOST_VALUE)
    return mask


def tissue_tiles(
    slide: Slide, *, size: int = 256, most: int = 200, seed: int = 0
) -> list[NDArray[np.uint8]]:
    """Return up to `most` grey tiles (size, size) that are more than half tissue, drawn by `seed`.

    They are read at the level nearest to 0.5-1 µm per pixel.
    """
    number = level_for_tiles(slide)
    level = slide.levels[number]
    corners = [
        (x, y)
        for y in range(0, level.height - size + 1, size)
        for x in range(0, level.width - size + 1, size)
    ]
    order = np.random.default_rng(seed).permutation(len(corners))
    tiles: list[NDArray[np.uint8]] = []
    for i in order:
        left, top = corners[i]
        rgb = slide.read_region(number, left, top, size, size)
        if tissue_mask(rgb[::8, ::8]).mean() > 0.5:
            tiles.append(np.asarray(rgb.mean(axis=2), dtype=np.uint8))
        if len(tiles) == most:
            break
    return tiles


def level_for_tiles(slide: Slide) -> int:
    """Return the level whose pixel size is nearest to 0.7 µm; 0 when the size is unknown."""
    if slide.mpp is None:
        return 0
    sizes = [abs(slide.mpp * level.downsample - 0.7) for level in slide.levels]
    return int(np.argmin(sizes))
