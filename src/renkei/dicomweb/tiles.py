"""A slide as a deep-zoom pyramid: level 0 is one pixel, the highest is the slide itself.

Tiles are made in blocks of 4 x 4, since a viewer asks for neighbours next and opening a slide in
a child costs more than a tile.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from renkei.errors import NotFoundError
from renkei.imaging.slide import Slide, jpeg, open_slide

TILE = 256
BLOCK = 4
Block = Mapping[tuple[int, int], bytes]


class NoSuchTileError(NotFoundError):
    """There is no such level or tile."""


@dataclass(frozen=True, slots=True)
class Pyramid:
    """The sizes of a slide: pixels of level 0 across and down, µm per pixel."""

    width: int
    height: int
    mpp: float | None

    @property
    def top(self) -> int:
        """Return the number of the level of full size."""
        return math.ceil(math.log2(max(self.width, self.height, 1)))

    def size(self, level: int) -> tuple[int, int]:
        """Return the pixels across and down of a deep-zoom level.

        Raises:
            NoSuchTileError: There is no such level.
        """
        if not 0 <= level <= self.top:
            raise NoSuchTileError("There is no such level; the slide's header lists them.")
        scale = 2 ** (self.top - level)
        return max(1, math.ceil(self.width / scale)), max(1, math.ceil(self.height / scale))

    def header(self) -> dict[str, Any]:
        """Return what a viewer needs before it asks for tiles; `min_level` fits into one tile."""
        return {
            "width": self.width,
            "height": self.height,
            "mpp": self.mpp,
            "tile_size": TILE,
            "overlap": 0,
            "min_level": min(self.top, round(math.log2(TILE))),
            "max_level": self.top,
            "format": "jpeg",
        }

    def check(self, level: int, column: int, row: int) -> None:
        """Refuse a tile that lies outside.

        Raises:
            NoSuchTileError: It does.
        """
        width, height = self.size(level)
        if not (0 <= column * TILE < width and 0 <= row * TILE < height):
            raise NoSuchTileError(
                "There is no such tile; the slide's header says how many there are."
            )


def block_of(path: str, level: int, column: int, row: int) -> Block:
    """Return the JPEG tiles (column, row) of the block that holds a tile; run it in a child.

    Raises:
        NoSuchTileError: There is no such tile.
        SlideRefusedError: The slide cannot be read.
    """
    with open_slide(Path(path)) as slide:
        base = slide.levels[0]
        pyramid = Pyramid(base.width, base.height, slide.mpp)
        pyramid.check(level, column, row)
        width, height = pyramid.size(level)
        found = {}
        for r in range(row // BLOCK * BLOCK, row // BLOCK * BLOCK + BLOCK):
            for c in range(column // BLOCK * BLOCK, column // BLOCK * BLOCK + BLOCK):
                if c * TILE < width and r * TILE < height:
                    found[c, r] = _tile(slide, pyramid, level, c, r)
        return found


def _tile(slide: Slide, pyramid: Pyramid, level: int, column: int, row: int) -> bytes:
    from PIL import Image

    width, height = pyramid.size(level)
    scale = 2 ** (pyramid.top - level)
    across, down = min(TILE, width - column * TILE), min(TILE, height - row * TILE)
    number = max(
        (i for i, one in enumerate(slide.levels) if one.downsample <= scale * 1.01), default=0
    )
    there = slide.levels[number]
    # By its size, not its mean step: a level's pixels need not be square to the last digit.
    step_x, step_y = scale * there.width / pyramid.width, scale * there.height / pyramid.height
    left, top = round(column * TILE * step_x), round(row * TILE * step_y)
    wide = max(1, min(there.width - left, round(across * step_x)))
    high = max(1, min(there.height - top, round(down * step_y)))
    rgb = slide.read_region(number, left, top, wide, high)
    if rgb.shape[:2] != (down, across):
        shrunk = Image.fromarray(rgb).resize((across, down), Image.Resampling.BOX)
        rgb = np.asarray(shrunk)
    return jpeg(rgb)
