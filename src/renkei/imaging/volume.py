"""Series → volume: one pass over the files, one copy of the voxels, refusals with a reason."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from renkei.imaging.frames import frames_of, has_frames
from renkei.imaging.geometry import Geometry
from renkei.imaging.mosaic import is_mosaic, tiles_of
from renkei.imaging.pixels import NoPixelsError
from renkei.imaging.rescale import Linear, is_whole, rescale, scaling_of
from renkei.imaging.slices import NOTHING, Slice, parsed, read_slice
from renkei.imaging.split import Part, split_slices
from renkei.imaging.stack import (
    MENDABLE,
    REFUSED,
    SeriesRefusedError,
    Stack,
    StackCode,
    order_slices,
    placed,
    refusal,
)
from renkei.imaging.suv import PetFacts, pet_facts
from renkei.imaging.synthetic import is_made, is_synthetic

__all__ = [
    "SeriesFacts",
    "SeriesRefusedError",
    "Volume",
    "read_part",
    "read_series",
    "series_facts",
    "series_shape",
    "split_series",
]

MAX_SLICES = 5_000


@dataclass(frozen=True, slots=True)
class SeriesFacts:
    """What one slice of a series says of the whole; empty or None where it says nothing.

    `unit` is HU, Bq/ml, SUVbw or arbitrary; `window` is (centre, width); `inverted` means that low
    values are bright (MONOCHROME1); `set_aside` counts the files without a picture that came
    along. `day` counts from the first scan of a time series. `scaling` and `vendor_slope` say
    what MR values are (`renkei.imaging.rescale.Scaling`).
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
    contrast: str | None = None
    day: float | None = None
    scaling: str = ""
    vendor_slope: float | None = None
    pet: PetFacts | None = None


@dataclass(frozen=True, slots=True)
class Volume:
    """Voxels on a regular grid.

    `voxels` are (z, y, x): int16 where every value is a whole number that fits (CT in HU, most
    MR), else float32. `places` are empty, or the slices do not stand on the grid: then they are
    the centres (x, y, z) mm of each slice's first voxel.
    """

    voxels: NDArray[np.generic]
    geometry: Geometry
    modality: str
    frame_of_reference_uid: str | None = None
    sop_uids: tuple[str, ...] = ()
    facts: SeriesFacts = field(default_factory=SeriesFacts)
    places: tuple[tuple[float, float, float], ...] = ()


def read_series(files: Sequence[Path | bytes], *, accept: Sequence[StackCode] = ()) -> Volume:
    """Read the objects of one series into a volume.

    Files may come in any order; multi-frame objects and mosaics are taken apart. `accept` names
    oddities to take all the same: the voxels are the slices as they are, the grid is at the median
    step, and `places` say where each slice lies.

    Raises:
        SeriesRefusedError: The slices make no regular grid, or more than one.
        DataRefusedError: A file cannot be read (see `renkei.imaging.dicom`).
    """
    with _numbers_checked():
        slices, stack, aside = _placed(files, accept)
        return _stacked(slices, stack, aside)


def series_shape(
    files: Sequence[Path | bytes], *, accept: Sequence[StackCode] = ()
) -> tuple[int, int, int]:
    """Return the shape (z, y, x) that `read_series` would give; nothing is decoded.

    Raises:
        SeriesRefusedError, DataRefusedError: As `read_series`.
    """
    with _numbers_checked():
        slices, _, _ = _placed(files, accept)
        first = slices[0].header
        return len(slices), int(first.Rows), int(first.Columns)


def split_series(files: Sequence[Path | bytes]) -> list[Part]:
    """Return the volumes of one series: time points, echoes, b-values, phases, slabs.

    Raises:
        SeriesRefusedError: A header or an object of several frames cannot be read.
        DataRefusedError: A file cannot be read.
    """
    slices, _ = _read(files)
    with _numbers_checked():
        return split_slices(slices)


def read_part(part: Part, *, accept: Sequence[StackCode] = ()) -> Volume:
    """Read one volume of a series that holds several.

    Raises:
        SeriesRefusedError: Its slices make no regular grid.
    """
    with _numbers_checked():
        stack = order_slices([one.header for one in part.slices])
        _refuse(_wrong(stack, accept))
        return _stacked([part.slices[i] for i in stack.order], stack, 0)


def _placed(
    files: Sequence[Path | bytes], accept: Sequence[StackCode]
) -> tuple[list[Slice], Stack, int]:
    """Return the slices of one volume in order, and how many files were set aside."""
    slices, aside = _read(files)
    stack = order_slices([one.header for one in slices])
    wrong = _wrong(stack, accept)
    _refuse_several(slices, wrong)
    _refuse(wrong)
    return [slices[i] for i in stack.order], stack, aside


def _wrong(stack: Stack, accept: Sequence[StackCode]) -> list[StackCode]:
    return [code for code in stack.codes if code in REFUSED and code not in accept]


def _refuse(wrong: Sequence[StackCode]) -> None:
    if wrong:
        raise SeriesRefusedError(
            f"The slices make no regular volume: {', '.join(wrong)}.",
            reasons=[str(code) for code in wrong],
        )


@contextmanager
def _numbers_checked() -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, OverflowError, FloatingPointError) as error:
        raise SeriesRefusedError(
            "A header holds a number that is none.", reasons=["bad_header"]
        ) from error


def _read(files: Sequence[Path | bytes]) -> tuple[list[Slice], int]:
    """Return the slices, and how many files without a picture lie among them."""
    if len(files) > MAX_SLICES:
        raise SeriesRefusedError("The series has too many files.", reasons=["too_many"])
    slices: list[Slice] = []
    aside, like = 0, NOTHING
    with _numbers_checked():
        for file in files:
            try:
                one = read_slice(file, like)
            except NoPixelsError:
                aside += 1
                continue
            like = like if slices else parsed(one)
            slices += _apart(one)
    return slices, aside


def _apart(one: Slice) -> list[Slice]:
    if has_frames(one):
        return frames_of(one)
    return tiles_of(one) if is_mosaic(one.header) else [one]


def _refuse_several(slices: Sequence[Slice], wrong: Sequence[StackCode]) -> None:
    """Refuse volumes that lie on each other; one that is only damaged keeps its own reason."""
    if set(wrong) - {StackCode.DUPLICATE_POSITION} or not slices:
        return
    parts = split_slices(slices)
    if len(parts) > 1:
        raise refusal(
            f"The series holds {len(parts)} volumes; split it first.",
            StackCode.SEVERAL_VOLUMES,
            volumes=len(parts),
            told_apart_by=sorted({name for part in parts for name in part.facts}),
        )


def _stacked(slices: Sequence[Slice], stack: Stack, aside: int) -> Volume:
    headers = [one.header for one in slices]
    first = headers[0]
    scaling = scaling_of(slices)
    facts = replace(
        series_facts(first),
        set_aside=aside,
        scaling=scaling.name,
        vendor_slope=scaling.vendor_slope,
        pet=pet_facts(slices) if first.get("Modality") == "PT" else None,
    )
    positions = placed(headers)[0] if MENDABLE.intersection(stack.codes) else ()
    return Volume(
        voxels=_voxels(slices, scaling.lines),
        geometry=_geometry(headers, stack),
        modality=str(first.get("Modality", "")),
        frame_of_reference_uid=str(first.get("FrameOfReferenceUID") or "") or None,
        sop_uids=tuple(str(header.get("SOPInstanceUID", "")) for header in headers),
        facts=facts,
        places=tuple((float(x), float(y), float(z)) for x, y, z in positions),
    )


def _voxels(slices: Sequence[Slice], lines: Sequence[Linear]) -> NDArray[np.generic]:
    first = slices[0].header
    shape = (len(slices), int(first.Rows), int(first.Columns))
    whole = all(is_whole(one.header, line) for one, line in zip(slices, lines, strict=True))
    voxels = np.empty(shape, dtype=np.int16 if whole else np.float32)
    for z, (one, line) in enumerate(zip(slices, lines, strict=True)):
        stored = one.pixels(voxels[z] if whole else None)
        if stored.shape != shape[1:]:
            raise SeriesRefusedError("Only grey images make a volume.", reasons=["not_grey"])
        rescale(stored, one.header, line, voxels[z])
    return voxels


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
        unit=_unit(modality, text("RescaleType"), text("Units")),
        # A window of no width shows nothing: some scanners write 0 for none.
        window=None if centre is None or not width else (centre, width),
        inverted=text("PhotometricInterpretation") == "MONOCHROME1",
        synthetic=is_synthetic(dataset),
        made=is_made(dataset),
        contrast=text("ContrastBolusAgent") or None,
    )


def _unit(modality: str, rescaled: str, units: str) -> str:
    if modality == "PT":
        return "Bq/ml" if units == "BQML" else "arbitrary"
    return "HU" if modality == "CT" and rescaled in {"", "HU"} else "arbitrary"


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
