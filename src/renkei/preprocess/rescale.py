"""Read a slide at any µm per pixel, block by block, by one interpolation of the nearest level."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from renkei.imaging.slide import Slide
from renkei.preprocess.slides import Blocks, Canvas
from renkei.select.tiles import PLAUSIBLE_MPP

MOST_READ = 16 * 2**20
MARGIN = 3
Rgb = NDArray[np.uint8]


def own_mpp(slide: Slide) -> float | None:
    """Return the µm per pixel of the finest level, None where unknown or impossible."""
    low, high = PLAUSIBLE_MPP
    return slide.mpp if slide.mpp and low <= slide.mpp <= high else None


def level_below(slide: Slide, factor: float) -> int:
    """Return the coarsest level that is still finer than `factor` pixels of the finest."""
    fits = [i for i, level in enumerate(slide.levels) if level.downsample <= factor * 1.001]
    return max(fits, default=0)


def rescaled(slide: Slide, mpp: float) -> tuple[Canvas, Blocks]:
    """Return the canvas at `mpp` µm per pixel and a reader of its blocks.

    The upper left corner stays; the size is rounded up. A triangle filter as wide as two new
    pixels keeps fine detail from turning into false coarse one.
    """
    own = own_mpp(slide) or mpp
    factor = mpp / own
    number = level_below(slide, factor)
    level, finest = slide.levels[number], slide.levels[0]
    step = factor / level.downsample
    canvas = Canvas(_ceil(finest.width / factor), _ceil(finest.height / factor), mpp)

    def block(left: int, top: int, width: int, height: int) -> Rgb:
        if width * height * step * step > MOST_READ and max(width, height) > 1:
            return _in_halves(block, left, top, width, height)
        x, across = _span(left, width, step, level.width)
        y, down = _span(top, height, step, level.height)
        rgb = slide.read_region(number, x, y, across, down)
        box = (left * step - x, top * step - y)
        far = (box[0] + width * step, box[1] + height * step)
        # The last row and column may reach past the slide: its border goes on, nothing stretches.
        past = [max(0, int(np.ceil(end - n))) for end, n in zip(far, (across, down), strict=True)]
        rgb = np.pad(rgb, ((0, past[1]), (0, past[0]), (0, 0)), mode="edge") if any(past) else rgb
        return _resized(rgb, (width, height), (*box, *far))

    return canvas, block


def _ceil(size: float) -> int:
    return max(1, int(np.ceil(size - 1e-6)))


def _span(start: int, length: int, step: float, limit: int) -> tuple[int, int]:
    margin = MARGIN * max(1.0, step)
    first = min(max(0, int(start * step - margin)), limit - 1)
    last = min(limit, int(np.ceil((start + length) * step + margin)))
    return first, max(1, last - first)


def _in_halves(block: Blocks, left: int, top: int, width: int, height: int) -> Rgb:
    if width >= height:
        half = width // 2
        parts = block(left, top, half, height), block(left + half, top, width - half, height)
        return np.concatenate(parts, axis=1)
    half = height // 2
    parts = block(left, top, width, half), block(left, top + half, width, height - half)
    return np.concatenate(parts, axis=0)


def _resized(rgb: Rgb, size: tuple[int, int], box: tuple[float, float, float, float]) -> Rgb:
    from PIL import Image

    shown = Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR, box=box)
    return np.asarray(shown)


def whole(slide: Slide, mpp: float) -> Rgb:
    """Return the whole slide at `mpp` µm per pixel; for overviews."""
    canvas, block = rescaled(slide, mpp)
    return block(0, 0, canvas.width, canvas.height)


def new_file(scratch: Path, name: str) -> Path:
    """Return the first free path of that name in `scratch`."""
    number = 1
    while (path := scratch / f"{name}-{number}.tif").exists():
        number += 1
    return path
