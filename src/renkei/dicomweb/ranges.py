"""Which bytes of a slide a block of its tiles needs, so that no slide is fetched whole."""

import math
import os
import weakref
from collections.abc import Iterator

import numpy as np

from renkei.deid.slidepages import WANTED
from renkei.deid.tiff import HEIGHT, TILES, WIDTH, Page, SlideRefusedError, Tiff, read_tiff
from renkei.deid.tiles import COMPRESSION, DEFLATE, J2K, JPEG, TILE_LENGTH, TILE_WIDTH
from renkei.dicomweb.tiles import BLOCK, TILE, Pyramid

STEP = 1 << 20
Ranges = list[tuple[int, int]]


class MissingBytesError(Exception):
    """Bytes that are asked for are not in the file yet."""

    def __init__(self, ranges: Ranges) -> None:
        super().__init__("Bytes are missing.")
        self.ranges = ranges


class Sparse:
    """A file in memory of a slide's length, of which only what was asked for is filled in.

    OpenSlide wants a path, and plain bytes shall not lie on the disk.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.filled = 0
        self._have = np.zeros(-(-size // STEP), np.bool_)
        self._at = 0
        self._handle = os.memfd_create("slide")
        self._closing = weakref.finalize(self, os.close, self._handle)
        os.truncate(self._handle, size)

    @property
    def path(self) -> str:
        """Return where a process of this user opens it."""
        return f"/proc/{os.getpid()}/fd/{self._handle}"

    def close(self) -> None:
        """Forget the bytes; nothing is read or filled in after that."""
        self._closing()

    def _open(self) -> int:
        # The number of a closed file may be another file's by now.
        if not self._closing.alive:
            raise ValueError
        return self._handle

    def missing(self, ranges: Ranges) -> Ranges:
        """Return what of the ranges is not filled in, in whole steps, joined."""
        wanted = np.zeros(len(self._have), np.bool_)
        for start, stop in ranges:
            wanted[start // STEP : -(-min(stop, self.size) // STEP)] = True
        edges = np.flatnonzero(np.diff((wanted & ~self._have).astype(np.int8), prepend=0, append=0))
        return [
            (int(a) * STEP, min(int(b) * STEP, self.size))
            for a, b in zip(edges[::2], edges[1::2], strict=True)
        ]

    def fill(self, start: int, data: bytes) -> None:
        """Put in a range that `missing` named."""
        os.pwrite(self._open(), data, start)
        self._have[start // STEP : -(-(start + len(data)) // STEP)] = True
        self.filled += len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place."""
        self._at = offset + (self.size if whence else 0)
        return self._at

    def tell(self) -> int:
        """Return the place."""
        return self._at

    def read(self, size: int) -> bytes:
        """Read from the place on.

        Raises:
            MissingBytesError: Some of it is not filled in.
        """
        if ranges := self.missing([(self._at, self._at + size)]):
            raise MissingBytesError(ranges)
        data = os.pread(self._open(), size, self._at)
        self._at += len(data)
        return data


def read_directory(file: Sparse) -> Tiff | None:
    """Return the structure of a slide, None where it has none that tells where tiles lie.

    Raises:
        MissingBytesError: More of the file is needed.
    """
    file.seek(0)
    try:
        return read_tiff(file, WANTED)  # type: ignore[arg-type]  # it reads, seeks and tells
    except SlideRefusedError:
        return None


def ranges_of(
    tiff: Tiff | None, pyramid: Pyramid, level: int, column: int, row: int
) -> Ranges | None:
    """Return where the tiles of the block lie that holds a deep-zoom tile.

    None = the whole file is needed: nothing says where they lie, or a hole could be taken for a
    picture.
    """
    pages = _levels(tiff) if tiff is not None and not tiff.ndpi else []
    if not pages or (pages[0].number(WIDTH), pages[0].number(HEIGHT)) != (
        pyramid.width,
        pyramid.height,
    ):
        return None
    scale = 2 ** (pyramid.top - level)
    downsamples = [pyramid.width / page.number(WIDTH) for page in pages]
    fitting = [n for n, one in enumerate(downsamples) if one <= scale * 1.01]
    page = pages[max(fitting, default=0)]
    if page.number(COMPRESSION, 1) not in JPEG | J2K | DEFLATE:
        return None
    side = BLOCK * TILE * scale / downsamples[max(fitting, default=0)]
    return list(_tiles(page, column // BLOCK * side, row // BLOCK * side, side))


def _levels(tiff: Tiff) -> list[Page]:
    pages = [page for page in tiff.pages if TILES in page.entries]
    return sorted(pages, key=lambda page: -page.number(WIDTH))


def _tiles(page: Page, left: float, top: float, side: float) -> Iterator[tuple[int, int]]:
    wide, high = page.number(TILE_WIDTH), page.number(TILE_LENGTH)
    if not wide or not high:
        return
    across = -(-page.number(WIDTH) // wide)
    down = -(-page.number(HEIGHT) // high)
    parts = page.parts()
    # One pixel more on each side: the viewer's steps need not be whole pixels of the level.
    for r in range(int(max(top - 1, 0) // high), min(down, math.ceil((top + side + 1) / high))):
        for c in range(
            int(max(left - 1, 0) // wide), min(across, math.ceil((left + side + 1) / wide))
        ):
            if r * across + c < len(parts):
                offset, size = parts[r * across + c].tolist()
                yield offset, offset + size
