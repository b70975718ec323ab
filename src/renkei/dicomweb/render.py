"""Pictures for people: a frame through a window as JPEG or PNG."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from renkei.errors import DataRefusedError, UsageError
from renkei.imaging.dicom import decode_pixels, read_header

QUALITY = 90
MOST_PIXELS = 4096
JPEG, PNG = "image/jpeg", "image/png"


class NoSuchFrameError(DataRefusedError):
    """The object has no frame of that number."""

    status, exit_code = 404, 4


class BadWindowError(UsageError):
    """A window is `centre,width` with a width above zero; a viewport is `width,height`."""


@dataclass(frozen=True, slots=True)
class Look:
    """How to show a frame: its number from 1, window (centre, width), longest sides, format."""

    frame: int = 1
    window: tuple[float, float] | None = None
    viewport: tuple[int, int] | None = None
    media_type: str = JPEG


def parse_window(text: str | None) -> tuple[float, float] | None:
    """Read `centre,width[,function]` (PS3.18 8.3.5.1.4).

    Raises:
        BadWindowError: It is something else.
    """
    if not text:
        return None
    try:
        centre, width = (float(part) for part in text.split(",")[:2])
    except ValueError:
        raise BadWindowError("Write a window as centre,width.") from None
    if not np.isfinite([centre, width]).all() or width <= 0:
        raise BadWindowError("The width of a window must be above zero.")
    return centre, width


def parse_viewport(text: str | None) -> tuple[int, int] | None:
    """Read `width,height` in pixels (PS3.18 8.3.5.1.3).

    Raises:
        BadWindowError: It is something else.
    """
    if not text:
        return None
    try:
        width, height = (int(part) for part in text.split(",")[:2])
    except ValueError:
        raise BadWindowError("Write a viewport as width,height.") from None
    if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
        raise BadWindowError(f"A viewport is 1 to {MOST_PIXELS} pixels wide and high.")
    return width, height


def render(data: bytes, look: Look) -> bytes:
    """Return one frame of a DICOM file as a picture; for outside bytes, in a child.

    Raises:
        NoSuchFrameError: The number is out of range.
        DataRefusedError: The file cannot be decoded.
    """
    dataset = read_header(data)
    frames = decode_pixels(dataset)
    if not 1 <= look.frame <= len(frames):
        raise NoSuchFrameError("The object has no frame of that number; count from 1.")
    return picture(shown(frames[look.frame - 1], dataset, look.window), look)


def shown(
    stored: NDArray[Any], dataset: Dataset, window: tuple[float, float] | None
) -> NDArray[np.uint8]:
    """Return stored values as grey or RGB of 8 bits: rescaled and windowed (PS3.3 C.11.2.1.2)."""
    if stored.ndim == 3:
        colour: NDArray[np.uint8] = stored.astype(np.uint8)
        return colour
    slope = float(dataset.get("RescaleSlope") or 1)
    values = stored.astype(np.float32) * slope + float(dataset.get("RescaleIntercept") or 0)
    centre, width = window or _own_window(dataset) or _spread(values)
    share = (values - (centre - 0.5)) / max(width - 1, 1e-6) + 0.5
    grey: NDArray[np.uint8] = np.clip(share * 255, 0, 255).astype(np.uint8)
    return 255 - grey if dataset.get("PhotometricInterpretation") == "MONOCHROME1" else grey


def picture(pixels: NDArray[np.uint8], look: Look) -> bytes:
    """Return 8-bit pixels as JPEG or PNG, shrunk into the viewport."""
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(pixels))
    if look.viewport is not None:
        image.thumbnail(look.viewport)
    out = BytesIO()
    if look.media_type == PNG:
        image.save(out, "PNG")
    else:
        image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _own_window(dataset: Dataset) -> tuple[float, float] | None:
    centre, width = dataset.get("WindowCenter"), dataset.get("WindowWidth")
    first = [
        value[0] if hasattr(value, "__iter__") and value else value for value in (centre, width)
    ]
    try:
        found = float(first[0]), float(first[1])
    except (TypeError, ValueError):
        return None
    return found if found[1] > 0 else None


def _spread(values: NDArray[np.float32]) -> tuple[float, float]:
    low, high = (float(v) for v in np.percentile(values, (1, 99)))
    return (low + high) / 2, max(high - low, 1.0)
