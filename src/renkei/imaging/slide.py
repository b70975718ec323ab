"""Whole-slide images: levels, regions and tiles, by OpenSlide."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from renkei.errors import DataRefusedError
from renkei.plugins import need_extra

TILE = 256
MAX_REGION = 64 * 2**20
JPEG_QUALITY = 85


class SlideRefusedError(DataRefusedError):
    """The file is not a slide that can be read."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level: pixels across and down, and how many level-0 pixels one of its pixels covers."""

    width: int
    height: int
    downsample: float


class Slide:
    """An open slide; `mpp` is µm per pixel at level 0, None where the file does not say."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self.levels = tuple(
            Level(width, height, float(handle.level_downsamples[i]))
            for i, (width, height) in enumerate(handle.level_dimensions)
        )
        mpp = handle.properties.get("openslide.mpp-x")
        self.mpp = float(mpp) if mpp else None
        self.associated = tuple(sorted(handle.associated_images))

    def __enter__(self) -> Self:
        """Keep the file open."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close the file."""
        self._handle.close()

    def read_region(
        self, level: int, left: int, top: int, width: int, height: int
    ) -> NDArray[np.uint8]:
        """Return RGB (height, width, 3); `left` and `top` count pixels of that level.

        Raises:
            SlideRefusedError: The region is over the limit, or its pixels do not decode.
        """
        if width * height > MAX_REGION or min(width, height) < 1:
            raise SlideRefusedError("The region is over the limit.")
        scale = self.levels[level].downsample
        at = (round(left * scale), round(top * scale))
        try:
            region = self._handle.read_region(at, level, (width, height))
        except Exception:  # noqa: BLE001  OpenSlide's own errors quote the file
            raise SlideRefusedError("The pixels of the slide cannot be decoded.") from None
        rgba = np.asarray(region)
        if rgba[..., 3].min() == 255:
            return np.ascontiguousarray(rgba[..., :3])
        # What no scanner saw is transparent: white, not black, so that it is not taken for tissue.
        alpha = rgba[..., 3:4].astype(np.uint16)
        mixed = rgba[..., :3] * alpha // 255 + (255 - alpha)
        return mixed.astype(np.uint8)

    def tile(self, level: int, column: int, row: int, size: int = TILE) -> bytes:
        """Return one tile of a level as JPEG; tiles at the border are smaller.

        Raises:
            SlideRefusedError: There is no such tile.
        """
        if not 0 <= level < len(self.levels):
            raise SlideRefusedError("There is no such level; the slide's header lists them.")
        there = self.levels[level]
        left, top = column * size, row * size
        width, height = min(size, there.width - left), min(size, there.height - top)
        if left < 0 or top < 0 or width < 1 or height < 1:
            raise SlideRefusedError(
                "There is no such tile; the slide's header says how many there are."
            )
        return jpeg(self.read_region(level, left, top, width, height))

    def thumbnail(self, longest: int = 1024) -> NDArray[np.uint8]:
        """Return the whole slide as RGB with its longest side at most `longest` pixels."""
        return np.asarray(self._handle.get_thumbnail((longest, longest)).convert("RGB"))


def jpeg(rgb: NDArray[np.uint8]) -> bytes:
    """Return an RGB array as JPEG."""
    from PIL import Image

    out = BytesIO()
    Image.fromarray(rgb).save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()


@contextmanager
def slide_file(data: bytes) -> Iterator[Path]:
    """Lay the bytes of a slide into a file while they are read; OpenSlide reads files only."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "slide")
        path.write_bytes(data)
        yield path


def open_slide(path: Path) -> Slide:
    """Open a slide; use it as a context manager, and for files from outside in a child.

    Raises:
        SlideRefusedError: OpenSlide knows no such format, or the file is broken.
    """
    need_extra("imaging", "openslide")
    import openslide

    try:
        handle = openslide.OpenSlide(str(path))
    except (openslide.OpenSlideError, OSError):
        raise SlideRefusedError("This is not a slide that can be read.") from None
    return Slide(handle)
