"""Series → volume: one pass over the files, one copy of the voxels, refusals with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from renkei.errors import DataRefusedError
from renkei.imaging.geometry import Geometry
from renkei.imaging.pixels import NoPixelsError
from renkei.imaging.slices import Slice, read_slice
from renkei.imaging.stack import REFUSED, Stack, StackCode, order_slices
from renkei.imaging.synthetic import is_made, is_synthetic

MAX_SLICES = 5_000
AIR_HU = -1024


class SeriesRefusedError(DataRefusedError):
    """The series makes no regular volume; `facts["reasons"]` says why."""


class NotGreyError(SeriesRefusedError):
    """The pixels have colours; only grey ones are measurements."""


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """What one slice of a series says of the whole; empty or None where it says nothing.

    `unit` is HU or arbitrary; `window` is (centre, width); `inverted` means that low values are
    bright (MONOCHROME1); `set_aside` counts the files without a
    picture that came along.
    """

    series_uid: str = ""
    study_uid: str = ""
    description: str | None = None
    body_part: str | None = None
    kernel: str | None = None
    thickness_mm: float | None = None
    manufacturer: str | None = None
    model: str | None = None
    kvp: float | None = None
    sequence: str | None = None
    field_t: float | None = None
    unit: str = "arbitrary"
    window: tuple[float, float] | None = None
    inverted: bool = False
    synthetic: bool = False
    made: bool = False
    set_aside: int = 0


@dataclass(frozen=True, slots=True)
class Volume:
    """Voxels on a regular grid.

    `voxels` are (z, y, x): int16 where every value is a whole number that fits (CT in HU, most
    MR), else float32.
    """

    voxels: NDArray[np.generic]
    geometry: Geometry
    modality: str
    frame_of_reference_uid: str | None = None
    sop_uids: tuple[str, ...] = ()
    facts: SeriesFacts = field(default_factory=SeriesFacts)


def read_series(files: Sequence[Path | bytes], *, accept: Sequence[StackCode] = ()) -> Volume:
    """Read the single-frame objects of one series into a volume.

    Files may come in any order. `accept` names oddities to take all the same; the slices are then
    placed at the median step.

    Raises:
        SeriesRefusedError: The slices make no regular grid.
        DataRefusedError: A file cannot be read (see `renkei.imaging.dicom`).
    """
    if len(files) > MAX_SLICES:
        raise SeriesRefusedError("The series has too many files.", reasons=["too_many"])
    try:
        slices, aside = _read(files)
        stack = order_slices([one.header for one in slices])
        _refuse(stack, accept)
        return _stacked([slices[i] for i in stack.order], stack, aside)
    except (ValueError, TypeError, OverflowError, FloatingPointError) as error:
        raise SeriesRefusedError(
            "A header holds a number that is none.", reasons=["bad_header"]
        ) from error


def _read(files: Sequence[Path | bytes]) -> tuple[list[Slice], int]:
    """Return the slices, and how many files without a picture lie among them."""
    slices, aside = [], 0
    for file in files:
        try:
            slices.append(read_slice(file))
        except NoPixelsError:
            aside += 1
    return slices, aside


def _refuse(stack: Stack, accept: Sequence[StackCode]) -> None:
    if wrong := [code for code in stack.codes if code in REFUSED and code not in accept]:
        raise SeriesRefusedError(
            f"The slices make no regular volume: {', '.join(wrong)}.",
            reasons=[str(code) for code in wrong],
        )


def _stacked(slices: Sequence[Slice], stack: Stack, aside: int) -> Volume:
    headers = [one.header for one in slices]
    first = headers[0]
    return Volume(
        voxels=_voxels(slices),
        geometry=_geometry(headers, stack),
        modality=str(first.get("Modality", "")),
        frame_of_reference_uid=str(first.get("FrameOfReferenceUID") or "") or None,
        sop_uids=tuple(str(header.get("SOPInstanceUID", "")) for header in headers),
        facts=replace(series_facts(first), set_aside=aside),
    )


def series_facts(dataset: Dataset) -> SeriesFacts:
    """Return the facts of a series from one of its headers."""

    def text(keyword: str) -> str:
        value = dataset.get(keyword)
        if value is None or value == "":
            return ""
        return str(value if isinstance(value, str) or not hasattr(value, "__iter__") else value[0])

    def number(keyword: str) -> float | None:
        value = text(keyword)
        return float(value) if value else None

    modality = text("Modality")
    centre, width = number("WindowCenter"), number("WindowWidth")
    return SeriesFacts(
        series_uid=text("SeriesInstanceUID"),
        study_uid=text("StudyInstanceUID"),
        description=text("SeriesDescription") or None,
        body_part=text("BodyPartExamined") or None,
        kernel=text("ConvolutionKernel") or None,
        thickness_mm=number("SliceThickness"),
        manufacturer=text("Manufacturer") or None,
        model=text("ManufacturerModelName") or None,
        kvp=number("KVP"),
        sequence=text("ScanningSequence") or None,
        field_t=number("MagneticFieldStrength"),
        unit="HU" if modality == "CT" and text("RescaleType") in {"", "HU"} else "arbitrary",
        # A window of no width shows nothing: some scanners write 0 for none.
        window=None if centre is None or not width else (centre, width),
        inverted=text("PhotometricInterpretation") == "MONOCHROME1",
        synthetic=is_synthetic(dataset),
        made=is_made(dataset),
    )


def _voxels(slices: Sequence[Slice]) -> NDArray[np.generic]:
    first = slices[0].header
    shape = (len(slices), int(first.Rows), int(first.Columns))
    whole = all(_whole(one.header) for one in slices)
    voxels = np.empty(shape, dtype=np.int16 if whole else np.float32)
    for z, one in enumerate(slices):
        stored = one.pixels()
        if stored.shape != shape[1:]:
            raise SeriesRefusedError("Only grey images make a volume.", reasons=["not_grey"])
        _rescale(stored, one.header, voxels[z])
    return voxels


def plane_of(header: Dataset, stored: NDArray[Any]) -> NDArray[Any]:
    """Return the rescaled values of one slice (y, x): int16 where each is whole and fits.

    Raises:
        NotGreyError: The slice has colours.
        SeriesRefusedError: The header holds a number that is none.
    """
    if stored.ndim != 2:
        raise NotGreyError("Only grey images make a volume.", reasons=["not_grey"])
    try:
        out = np.empty(stored.shape, dtype=np.int16 if _whole(header) else np.float32)
        _rescale(stored, header, out)
    except (ValueError, TypeError, OverflowError, FloatingPointError) as error:
        raise SeriesRefusedError("A header holds a number that is none.") from error
    return out


def _rescale(stored: NDArray[Any], header: Dataset, out: NDArray[Any]) -> None:
    """Write value = stored * slope + intercept; the slope differs from slice to slice in PET."""
    slope, offset = _number(header, "RescaleSlope", 1), _number(header, "RescaleIntercept", 0)
    if out.dtype != np.int16:
        np.multiply(stored, np.float32(slope), out=out)
        out += np.float32(offset)
    elif int(header.get("BitsStored") or 16) == 16:
        np.clip(
            stored.astype(np.int32) + int(offset), -(2**15), 2**15 - 1, out=out, casting="unsafe"
        )
    else:
        # Up to 15 bits the same bytes are int16; adding there is four times faster.
        same = stored.view(np.int16) if stored.dtype.itemsize == 2 else stored
        np.add(same, np.int16(offset), out=out, casting="unsafe")
    if header.get("PixelPaddingValue") is not None and header.get("Modality") == "CT":
        out[_padding(stored, header)] = AIR_HU


def _padding(stored: NDArray[Any], header: Dataset) -> NDArray[np.bool_]:
    """Return where there was no measurement: PS3.3 C.7.5.1.1.2, on stored values."""
    first = int(header.PixelPaddingValue)
    last = header.get("PixelPaddingRangeLimit")
    low, high = sorted((first, first if last is None else int(last)))
    found: NDArray[np.bool_] = (stored >= low) & (stored <= high)
    return found


def _whole(header: Dataset) -> bool:
    """Tell whether every rescaled value is a whole number that int16 holds."""
    slope, offset = _number(header, "RescaleSlope", 1), _number(header, "RescaleIntercept", 0)
    bits = int(header.get("BitsStored") or 16)
    signed = int(header.get("PixelRepresentation") or 0)
    low = -(2 ** (bits - 1)) if signed else 0
    high = low + 2**bits - 1
    fits = low + offset >= -(2**15) and high + offset < 2**15
    # Values of 16 bits with the usual offset of -1024 are HU, which end long before 32 767.
    usual = bits == 16 and header.get("Modality") == "CT" and -2048 <= offset <= 0
    return slope == 1 and offset % 1 == 0 and (fits or usual)


def _number(header: Dataset, keyword: str, default: float) -> float:
    value = header.get(keyword)
    return default if value is None or value == "" else float(value)


def _geometry(headers: Sequence[Dataset], stack: Stack) -> Geometry:
    first = headers[0]
    # (0028,0030) is the step between rows, then between columns: y before x.
    step_y, step_x = (float(v) for v in first.PixelSpacing)
    x, y, z = (float(v) for v in first.ImagePositionPatient)
    return Geometry(
        shape=(len(headers), int(first.Rows), int(first.Columns)),
        spacing=(stack.spacing_mm, step_y, step_x),
        origin=(x, y, z),
        direction=tuple(float(v) for v in stack.axes.T.ravel()),
    )
