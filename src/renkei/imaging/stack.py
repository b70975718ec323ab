"""Order slices along the normal, and say what is wrong with the stack."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from renkei.errors import DataRefusedError
from renkei.imaging.slices import unlike

# Positions closer than this are the same slice; rounded positions move spacing by up to 1.7 %.
SAME_MM = 0.01
UNEVEN_SHARE, UNEVEN_MM = 0.05, 0.02
SHIFT_MM = 0.1


class StackCode(StrEnum):
    """What can be wrong with a stack of slices."""

    NO_SLICES = "no_slices"
    NO_POSITION = "no_position"
    NO_SPACING = "no_spacing"
    SEVERAL_SERIES = "several_series"
    LOCALIZER = "localizer"
    SECONDARY = "secondary_capture"
    MIXED_MATRIX = "mixed_matrix"
    MIXED_ORIENTATION = "mixed_orientation"
    MIXED_SPACING = "mixed_spacing"
    DUPLICATE_POSITION = "duplicate_position"
    MISSING_SLICE = "missing_slice"
    IRREGULAR_SPACING = "irregular_spacing"
    TILT = "tilt"
    SEVERAL_VOLUMES = "several_volumes"
    MULTIFRAME_INCOMPLETE = "multiframe_incomplete"
    MOSAIC = "mosaic"
    MIXED_SCALING = "mixed_scaling"


# The same grid cannot be made from these without inventing or dropping data.
REFUSED = frozenset(StackCode)
# A step of a plan can repair these, since each slice is in its true place.
MENDABLE = frozenset({StackCode.TILT, StackCode.IRREGULAR_SPACING, StackCode.MISSING_SLICE})


class SeriesRefusedError(DataRefusedError):
    """The series makes no regular volume; `facts["reasons"]` says why."""


def refusal(sentence: str, code: StackCode, **facts: object) -> SeriesRefusedError:
    """Return the refusal of a series for one reason."""
    return SeriesRefusedError(sentence, reasons=[str(code)], **facts)


@dataclass(frozen=True, slots=True)
class Stack:
    """Slices in order along the normal, with the grid that they make.

    `order` are indices into the input, `spacing_mm` is the step between slices, `axes` are the unit
    vectors of x, y and z as rows, `codes` says what is wrong: empty for a regular stack.
    """

    order: tuple[int, ...]
    spacing_mm: float
    axes: NDArray[np.float64]
    codes: tuple[StackCode, ...]


def order_slices(headers: Sequence[Dataset]) -> Stack:
    """Sort single-frame headers along the normal of their orientation (PS3.3 C.7.6.2).

    Positions (0020,0032) are projected on u = row × column of (0020,0037), in mm.

    Raises:
        ValueError: A position or an orientation holds no numbers.
    """
    if code := _unplaced(headers):
        return Stack((), 0.0, np.eye(3), (code,))
    positions, axes = placed(headers)
    along = positions @ axes[2]
    order = np.argsort(along, kind="stable")
    steps = np.diff(along[order])
    wide = steps[steps >= SAME_MM]
    codes = [*_mixed(headers), *_steps(steps)]
    drift = positions - np.outer(along, axes[2])
    if np.abs(drift - drift[order[0]]).max() > SHIFT_MM:
        codes.append(StackCode.TILT)
    # Of a regular stack the mean step is the better one: written positions are rounded.
    spacing = float(np.median(wide) if codes else np.mean(wide)) if wide.size else 0.0
    spacing = spacing or float(headers[0].get("SliceThickness") or 0)
    if spacing <= 0:
        codes.append(StackCode.NO_SPACING)
    return Stack(tuple(int(i) for i in order), spacing, axes, tuple(codes))


def placed(headers: Sequence[Dataset]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each slice's position (n, 3) in mm, and the axes x, y, z of the first as rows.

    Raises:
        ValueError: A position or an orientation holds no numbers.
    """
    positions = np.array([[float(v) for v in h.ImagePositionPatient] for h in headers])
    axes = _axes(headers[0])
    if positions.shape != (len(headers), 3) or not np.isfinite(positions).all():
        raise ValueError("A position is no three numbers.")
    return positions, axes


def _unplaced(headers: Sequence[Dataset]) -> StackCode | None:
    if not headers:
        return StackCode.NO_SLICES
    if code := _kind(headers):
        return code
    turned = unlike(headers, "ImageOrientationPatient")
    if not all(h.get("ImageOrientationPatient") for h in turned) or not all(
        h.get("ImagePositionPatient") for h in headers
    ):
        return StackCode.NO_POSITION
    known = all(h.get("PixelSpacing") for h in unlike(headers, "PixelSpacing"))
    return None if known else StackCode.NO_SPACING


def _axes(header: Dataset) -> NDArray[np.float64]:
    """Return the unit vectors of x, y and z as rows; written cosines are rounded."""
    row, column = np.array([float(v) for v in header.ImageOrientationPatient]).reshape(2, 3)
    # A NaN fails every comparison, so that it is refused with the rest.
    if not np.linalg.norm(np.cross(row, column)) > 0:
        raise ValueError("An orientation is no two directions.")
    row = row / np.linalg.norm(row)
    column = column - row * (row @ column)
    column = column / np.linalg.norm(column)
    return np.stack([row, column, np.cross(row, column)])


def _kind(headers: Sequence[Dataset]) -> StackCode | None:
    for header in unlike(headers, "ImageType", "ImagePositionPatient"):
        kind = [str(v) for v in header.get("ImageType") or ()]
        if "LOCALIZER" in kind[2:3]:
            return StackCode.LOCALIZER
        if kind[:2] == ["DERIVED", "SECONDARY"] and header.get("ImagePositionPatient") is None:
            return StackCode.SECONDARY
    return None


def _rounded(header: Dataset, keyword: str, digits: int) -> tuple[float, ...]:
    return tuple(round(float(v), digits) for v in header.get(keyword) or ())


# What every slice of a stack has in common, to the digits that writers keep.
IN_COMMON: Mapping[StackCode, Callable[[Dataset], tuple[object, ...]]] = {
    StackCode.SEVERAL_SERIES: lambda h: (h.get("SeriesInstanceUID"), h.get("FrameOfReferenceUID")),
    StackCode.MIXED_MATRIX: lambda h: (h.get("Rows"), h.get("Columns")),
    StackCode.MIXED_ORIENTATION: lambda h: _rounded(h, "ImageOrientationPatient", 3),
    StackCode.MIXED_SPACING: lambda h: _rounded(h, "PixelSpacing", 4),
}


SAID = (
    "SeriesInstanceUID",
    "FrameOfReferenceUID",
    "Rows",
    "Columns",
    "ImageOrientationPatient",
    "PixelSpacing",
)


def _mixed(headers: Sequence[Dataset]) -> list[StackCode]:
    some = unlike(headers, *SAID)
    return [code for code, of in IN_COMMON.items() if len({of(h) for h in some}) > 1]


def _steps(steps: NDArray[np.float64]) -> list[StackCode]:
    found = []
    if (steps < SAME_MM).any():
        found.append(StackCode.DUPLICATE_POSITION)
    wide = steps[steps >= SAME_MM]
    if not wide.size:
        return found
    spacing = float(np.median(wide))
    ratio = wide / spacing
    whole = np.abs(ratio - np.round(ratio)) <= UNEVEN_SHARE
    if whole.all() and (np.round(ratio) > 1).any():
        found.append(StackCode.MISSING_SLICE)
    elif (np.abs(wide - spacing) > max(UNEVEN_SHARE * spacing, UNEVEN_MM)).any():
        found.append(StackCode.IRREGULAR_SPACING)
    return found
