"""Write a slide block by block as a tiled pyramid, so that memory does not grow with the slide."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import numpy as np
from numpy.typing import NDArray

from renkei.errors import DataRefusedError
from renkei.plugins import need_extra

TILE = 256
BLOCK = 2048
# Levels whose tiles a block holds whole; the picture of the next level is kept in memory.
WHOLE = 4
QUALITY = 90
SMALLEST = 1024
MOST_PIXELS = 4 * 10**10

Rgb = NDArray[np.uint8]
Blocks = Callable[[int, int, int, int], Rgb]


class SlideTooLargeError(DataRefusedError):
    """The slide that a step would write has more pixels than the limit."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """The size of a slide in pixels of its finest level, and its µm per pixel if known."""

    width: int
    height: int
    mpp: float | None

    def level_count(self) -> int:
        """Return how many levels are written: halved until no side is over 1024 pixels."""
        count = 1
        while max(self.width, self.height) >> (count - 1) > SMALLEST and (
            min(self.width, self.height) >> count
        ):
            count += 1
        return count


def write_slide(path: Path, canvas: Canvas, block: Blocks) -> None:
    """Write a pyramid as BigTIFF with JPEG tiles (4:4:4, quality 90) that OpenSlide opens.

    `block` is asked once for each (left, top, width, height) of the finest level, in rows of
    2048 x 2048 pixels. Coarser levels are means of 2 x 2 pixels.

    Raises:
        SlideTooLargeError: Over the limit of pixels.
    """
    need_extra("imaging", "tifffile", "imagecodecs")
    from tifffile import TiffWriter

    if canvas.width * canvas.height > MOST_PIXELS:
        raise SlideTooLargeError(
            "The slide would have more pixels than the limit: use a larger mpp."
        )
    levels = canvas.level_count()
    with TemporaryFile(dir=path.parent) as parked, TiffWriter(path, bigtiff=True) as out:
        pyramid = _Pyramid(canvas, levels, parked)
        for level in range(levels):
            tiles = pyramid.finest(block) if level == 0 else pyramid.coarser(level)
            scale = 1e4 / canvas.mpp / 2**level if canvas.mpp else None
            out.write(
                tiles,
                shape=(canvas.height >> level, canvas.width >> level, 3),
                dtype=np.uint8,
                tile=(TILE, TILE),
                photometric="ycbcr",
                subsampling=(1, 1),
                compression="jpeg",
                subfiletype=int(level > 0),
                resolution=(scale, scale) if scale else (1, 1),
                resolutionunit="CENTIMETER" if scale else "NONE",
                metadata=None,
                software=False,
            )


class _Pyramid:
    """The tiles of all levels; those of coarser ones wait in a file until their turn."""

    def __init__(self, canvas: Canvas, levels: int, parked: IO[bytes]) -> None:
        self._canvas = canvas
        self._levels = levels
        self._parked = parked
        self._places: dict[tuple[int, int, int], tuple[int, int]] = {}
        kept = WHOLE if levels > WHOLE else 0
        shape = (canvas.height >> kept, canvas.width >> kept, 3) if kept else (0, 0, 3)
        self._rest: Rgb = np.zeros(shape, np.uint8)

    def finest(self, block: Blocks) -> Iterator[bytes]:
        """Yield the tiles of the finest level row by row, and park those above it."""
        width, height = self._canvas.width, self._canvas.height
        for top in range(0, height, BLOCK):
            band: dict[tuple[int, int], bytes] = {}
            for left in range(0, width, BLOCK):
                size = min(BLOCK, width - left), min(BLOCK, height - top)
                rgb = block(left, top, *size)
                for row, column, tile in _tiles(rgb):
                    band[row, left // TILE + column] = tile
                self._above(rgb, left, top)
            for at in sorted(band):
                yield band[at]

    def coarser(self, level: int) -> Iterator[bytes]:
        """Yield the tiles of a level above the finest row by row."""
        if level >= WHOLE:
            if level > WHOLE:
                self._rest = _halved(self._rest)
            yield from (tile for _row, _column, tile in _tiles(self._rest))
            return
        for at in sorted(place for place in self._places if place[0] == level):
            offset, length = self._places[at]
            self._parked.seek(offset)
            yield self._parked.read(length)

    def _above(self, rgb: Rgb, left: int, top: int) -> None:
        for level in range(1, min(self._levels, WHOLE + 1)):
            rgb = _halved(rgb)
            at_x, at_y = left >> level, top >> level
            if level == WHOLE:
                self._rest[at_y : at_y + len(rgb), at_x : at_x + rgb.shape[1]] = rgb
                return
            for row, column, tile in _tiles(rgb):
                place = (level, at_y // TILE + row, at_x // TILE + column)
                self._places[place] = (self._parked.seek(0, 2), len(tile))
                self._parked.write(tile)


def _halved(rgb: Rgb) -> Rgb:
    even = rgb[: len(rgb) // 2 * 2, : rgb.shape[1] // 2 * 2]
    down = even[::2].astype(np.uint16) + even[1::2]
    return ((down[:, ::2] + down[:, 1::2] + 2) >> 2).astype(np.uint8)


def _tiles(rgb: Rgb) -> Iterator[tuple[int, int, bytes]]:
    for top in range(0, len(rgb), TILE):
        for left in range(0, rgb.shape[1], TILE):
            tile = rgb[top : top + TILE, left : left + TILE]
            yield top // TILE, left // TILE, encoded(tile)


def encoded(tile: Rgb, size: int = TILE) -> bytes:
    """Return a tile as JPEG, its border repeated where it is smaller than `size`."""
    import imagecodecs

    missing = size - len(tile), size - tile.shape[1]
    if any(missing):
        tile = np.pad(tile, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge")
    return bytes(
        imagecodecs.jpeg8_encode(
            np.ascontiguousarray(tile),
            level=QUALITY,
            colorspace="RGB",
            outcolorspace="YCBCR",
            subsampling="444",
        )
    )
