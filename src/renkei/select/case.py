"""A case: one series as ordered slices, or one slide; its pixels are read when they are asked for.

Headers are read once and kept, pixels come slice by slice or tile by tile, so that memory does not
grow with the length of a series.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException

from renkei.errors import DataRefusedError
from renkei.imaging.frames import frames_of, has_frames
from renkei.imaging.mosaic import is_mosaic, tiles_of
from renkei.imaging.nifti import read_nifti
from renkei.imaging.pixels import NoPixelsError
from renkei.imaging.rescale import plane_of
from renkei.imaging.slices import Slice, read_slice
from renkei.imaging.slide import Slide
from renkei.imaging.split import split_slices
from renkei.imaging.stack import SeriesRefusedError, Stack, StackCode, order_slices
from renkei.imaging.volume import MAX_SLICES, SeriesFacts, Volume, series_facts
from renkei.select.tiles import overview, tissue_mask, tissue_tiles

GZIP = b"\x1f\x8b"
NIFTI_HEADER = b"\x5c\x01\x00\x00"
SLIDE = "SM"
UNREADABLE = (
    ValueError,
    TypeError,
    OverflowError,
    FloatingPointError,
    BytesLengthException,
)
GREY = ("MONOCHROME2", "MONOCHROME1")


@dataclass(frozen=True, slots=True)
class Plane:
    """One slice: `pixels` (y, x) in HU of a CT and rescaled else, `spacing` (y, x) in mm.

    `number` counts along the normal from 0; `stored` are the values as the file holds them.
    """

    number: int
    pixels: NDArray[Any]
    stored: NDArray[Any]
    spacing: tuple[float, float]
    header: Dataset | None = None


def _nothing() -> Iterator[Any]:
    return iter(())


@dataclass
class Case:
    """What metrics see. `headers` and `parts` are in the order of the stack.

    Of several volumes in one series one follows the other. `spacing` is (z, y, x) in mm, None where
    the files do not say. `problems` are codes of what could not be read as one regular stack;
    `undecoded` grows by (number, code) of each slice whose pixels do not decode, and is whole after
    a pass over `parts`.
    """

    modality: str
    headers: tuple[Dataset, ...] = ()
    spacing: tuple[float, float, float] | None = None
    problems: tuple[str, ...] = ()
    instances: int = 0
    facts: SeriesFacts = field(default_factory=SeriesFacts)
    slide: Slide | None = None
    parts: Callable[[], Iterator[Any]] = _nothing
    undecoded: list[tuple[int, str]] = field(default_factory=list)

    @cached_property
    def overview(self) -> NDArray[np.uint8]:
        """Return the whole slide as RGB (y, x, 3) near 8 µm per pixel.

        Raises:
            TypeError: The case is no slide.
        """
        if self.slide is None:
            raise TypeError("Only a slide has an overview.")
        return overview(self.slide)

    @cached_property
    def tissue(self) -> NDArray[np.bool_]:
        """Return where the overview shows tissue."""
        return tissue_mask(self.overview)


def case_of_slide(slide: Slide) -> Case:
    """Return a slide as a case; its parts are tissue tiles."""
    case = Case(SLIDE, slide=slide, instances=1)
    case.parts = lambda: tissue_tiles(slide, case.tissue)
    return case


def case_of_volume(volume: Volume) -> Case:
    """Return a volume in memory as a case."""

    def planes() -> Iterator[Plane]:
        for number, pixels in enumerate(volume.voxels):
            yield Plane(number, pixels, pixels, volume.geometry.spacing[1:])

    return Case(
        volume.modality,
        spacing=volume.geometry.spacing,
        instances=len(volume.voxels),
        facts=volume.facts,
        parts=planes,
    )


def case_of_files(files: Sequence[Path | bytes], *, modality: str = "") -> Case:
    """Return the files of one series, DICOM in any order or one NIfTI, as a case.

    `modality` is said for a NIfTI, which cannot say its own. A series that makes no regular volume
    is a case all the same: `problems` say why.
    """
    try:
        if len(files) == 1 and is_nifti(files[0]):
            case = case_of_volume(read_nifti(files[0], modality=modality))
        else:
            case = _dicom(files)
    except DataRefusedError as error:
        return Case(modality, problems=(error.code,), instances=len(files))
    case.modality = modality or case.modality
    case.instances = len(files)
    return case


def is_nifti(file: Path | bytes) -> bool:
    """Tell by its first bytes whether a file is NIfTI, plain or gzipped."""
    if isinstance(file, bytes):
        start = file[:4]
    else:
        with file.open("rb") as stream:
            start = stream.read(4)
    return start[:2] == GZIP or start == NIFTI_HEADER


def _dicom(files: Sequence[Path | bytes]) -> Case:
    if len(files) > MAX_SLICES:
        return Case("", problems=("too_many",))
    found: list[Slice] = []
    problems: list[str] = []
    for file in files:
        try:
            found += _apart(read_slice(file), problems)
        except NoPixelsError:
            continue
        except DataRefusedError as error:
            problems.append(error.code)
        except BytesLengthException:
            problems.append("bad_header")
    # Before the stack's own order, which is stable: so that the files' order and names say nothing.
    with disable_value_validation():
        found.sort(key=lambda one: _identity(one.header))
        return _stacked(found, problems)


def _apart(one: Slice, problems: list[str]) -> list[Slice]:
    """Return the frames of a multi-frame object or the tiles of a mosaic, else the slice."""
    try:
        if has_frames(one):
            return frames_of(one)
        return tiles_of(one) if is_mosaic(one.header) else [one]
    except SeriesRefusedError as refusal:
        reasons: Any = refusal.facts["reasons"]
        problems += reasons
        return [one]


def _identity(header: Dataset) -> tuple[int, str, str]:
    number = header.get("InstanceNumber")
    return (
        int(number) if str(number or "").strip("-").isdigit() else 0,
        str(header.get("ImagePositionPatient", "")),
        str(header.get("SOPInstanceUID", "")),
    )


def _stacked(found: Sequence[Slice], problems: Sequence[str]) -> Case:
    headers = [one.header for one in found]
    try:
        stack = _ordered(found)
        step = _spacing(headers)
        facts = series_facts(headers[stack.order[0] if stack.order else 0]) if headers else None
    except UNREADABLE:
        # The slices are kept: what else they say is still measured.
        stack, step, facts = Stack((), 0.0, np.eye(3), ()), None, None
        problems = [*problems, "bad_header"]
    order = stack.order or range(len(found))
    codes = [str(code) for code in stack.codes]
    if problems and codes == [StackCode.NO_SLICES]:
        codes = []
    # What lies in a file of its own is read again, so that memory does not grow with the series.
    sources = [found[i] if found[i].part else found[i].source for i in order]
    case = Case(
        str(headers[0].get("Modality", "")) if headers else "",
        headers=tuple(headers[i] for i in order),
        spacing=(stack.spacing_mm, *step) if step and stack.spacing_mm > 0 else None,
        problems=tuple(dict.fromkeys([*problems, *codes])),
        facts=facts or SeriesFacts(),
    )
    case.parts = lambda: _planes(case, sources, step or (1.0, 1.0))
    return case


def _ordered(found: Sequence[Slice]) -> Stack:
    """Return the order of all slices; of several volumes one after the other, as the first lies."""
    stack = order_slices([one.header for one in found])
    if set(stack.codes) - {StackCode.DUPLICATE_POSITION}:
        return stack
    parts = split_slices(found)
    if len(parts) < 2:
        return stack
    at = {id(one): i for i, one in enumerate(found)}
    stacks = [order_slices([one.header for one in part.slices]) for part in parts]
    order = tuple(
        at[id(part.slices[i])]
        for part, own in zip(parts, stacks, strict=True)
        for i in own.order or range(len(part.slices))
    )
    codes = {code for own in stacks for code in own.codes}
    return replace(stacks[0], order=order, codes=(StackCode.SEVERAL_VOLUMES, *sorted(codes)))


def _spacing(headers: Sequence[Dataset]) -> tuple[float, float] | None:
    said = headers[0].get("PixelSpacing") if headers else None
    if not said:
        return None
    y, x = (float(v) for v in said)
    # A NaN fails every comparison.
    return (y, x) if 0 < y < math.inf and 0 < x < math.inf else None


def _planes(
    case: Case, sources: Sequence[Slice | Path | bytes], spacing: tuple[float, float]
) -> Iterator[Plane]:
    case.undecoded.clear()
    for number, source in enumerate(sources):
        try:
            one = source if isinstance(source, Slice) else read_slice(source)
            if code := _no_plane(one):
                case.undecoded.append((number, code))
                continue
            stored = one.pixels()
            pixels = plane_of(one.header, stored)
        except DataRefusedError as error:
            case.undecoded.append((number, error.code))
            continue
        except BytesLengthException:
            case.undecoded.append((number, "bad_header"))
            continue
        yield Plane(number, pixels, stored, spacing, one.header)


def _no_plane(one: Slice) -> str | None:
    """Return what keeps an image from being one grey slice, by its description alone."""
    if one.shape.frames > 1 and one.part is None:
        return "multi_frame"
    kind = str(one.header.get("PhotometricInterpretation") or GREY[0])
    return None if one.shape.samples == 1 and kind in GREY else "not_grey"
