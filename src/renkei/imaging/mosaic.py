"""Siemens mosaics: one MR image that holds all slices of a volume as tiles, cut apart."""

import math
import struct
from collections.abc import Mapping
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from renkei.imaging.slices import Slice, changed
from renkei.imaging.stack import StackCode, refusal

CSA, CSA_IMAGE, CSA_MARK = "SIEMENS CSA HEADER", 0x10, b"SV10"
HEADER, COUNT = "SIEMENS MR HEADER", 0x0A
COUNT_NAME, NORMAL_NAME = "NumberOfImagesInMosaic", "SliceNormalVector"
MOST_TILES = 4096
MOST_CSA = 1000
# Cosines between the slice normal and the image plane's; rounded values differ by less.
PARALLEL = 1e-3


def is_mosaic(header: Dataset) -> bool:
    """Tell by ImageType whether an image is a mosaic."""
    return "MOSAIC" in [str(value) for value in header.get("ImageType") or ()]


def tiles_of(one: Slice) -> list[Slice]:
    """Return the tiles of a mosaic as slices, each where it lies.

    The position of a mosaic is the corner of an image as large as the whole mosaic around the
    same centre. Slices follow SliceNormalVector of the private header, (0018,0088) apart.

    Raises:
        SeriesRefusedError: The number of tiles, their step or their direction is not said.
    """
    csa = csa_texts(one.private(0x0029, CSA, CSA_IMAGE))
    count = _count(one, csa)
    side = math.ceil(math.sqrt(count))
    rows, columns = one.shape.rows // side, one.shape.columns // side
    header = one.header
    step = float(header.get("SpacingBetweenSlices") or 0)
    normal = _normal(header, csa)
    if one.shape.rows % side or one.shape.columns % side or not step > 0 or normal is None:
        raise _unsaid()
    row, column = np.array([float(v) for v in header.ImageOrientationPatient]).reshape(2, 3)
    step_y, step_x = (float(v) for v in header.PixelSpacing)
    corner = np.array([float(v) for v in header.ImagePositionPatient])
    corner += row * step_x * (one.shape.columns - columns) / 2
    corner += column * step_y * (one.shape.rows - rows) / 2
    whole = cache(one.pixels)
    slices = []
    for n in range(count):
        place = [f"{v:.10g}" for v in corner + normal * step * n]
        said = {"ImagePositionPatient": place, "Rows": rows, "Columns": columns}
        tile = changed(header, said)
        y, x = n // side * rows, n % side * columns
        cut = partial(_cut, whole, slice(y, y + rows), slice(x, x + columns))
        slices.append(Slice(tile, one.shape, one.layout, one.source, cut))
    return slices


def _cut(whole: Any, rows: slice, columns: slice) -> NDArray[Any]:
    return np.ascontiguousarray(whole()[rows, columns])


def _count(one: Slice, said: Mapping[str, list[str]]) -> int:
    raw = one.private(0x0019, HEADER, COUNT)
    values = said.get(COUNT_NAME) or []
    count = int.from_bytes(raw, "little") if len(raw) == 2 else int((values or ["0"])[0])
    if not 0 < count <= MOST_TILES:
        raise _unsaid()
    return count


def _normal(header: Dataset, said: Mapping[str, list[str]]) -> NDArray[np.float64] | None:
    """Return the direction of the slices, or None: the plane alone has two."""
    values = said.get(NORMAL_NAME) or []
    if len(values) != 3 or not header.get("ImageOrientationPatient"):
        return None
    row, column = np.array([float(v) for v in header.ImageOrientationPatient]).reshape(2, 3)
    across = np.cross(row, column)
    cosine = float(across @ np.array([float(v) for v in values]))
    return across * np.sign(cosine) if abs(abs(cosine) - 1) <= PARALLEL else None


def csa_texts(raw: bytes) -> dict[str, list[str]]:
    """Return the named texts of a Siemens CSA2 header; nothing of an unknown one."""
    if raw[:4] != CSA_MARK:
        return {}
    found: dict[str, list[str]] = {}
    try:
        (tags,) = struct.unpack_from("<I", raw, 8)
        at = 16
        for _ in range(min(tags, MOST_CSA)):
            name, items = struct.unpack_from("<64s12xi", raw, at)
            at += 84
            values = []
            for _ in range(min(max(items, 0), MOST_CSA)):
                (length,) = struct.unpack_from("<4xI", raw, at)
                at += 16
                values.append(_text(raw[at : at + length]))
                at += (length + 3) // 4 * 4
            found[_text(name)] = [value for value in values if value]
    except struct.error:
        return {}
    return found


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("latin-1").strip()


def _unsaid() -> Exception:
    return refusal(
        "The mosaic does not say how many slices it holds, or where; send the original.",
        StackCode.MOSAIC,
    )
