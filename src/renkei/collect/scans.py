"""Read the facts of one sent image, in a process that may be killed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pydicom.multival import MultiValue

from renkei.collect.kinds import EmptyFileError, MalformedError
from renkei.collect.part import inflate
from renkei.collect.relevant import header_sha256
from renkei.errors import DataRefusedError
from renkei.imaging.dicom import NoPixelsError, instance_facts, pixel_sha256, read_header
from renkei.imaging.geometry import Geometry
from renkei.imaging.walk import DEFLATED, EXPLICIT

# NIfTI keeps places as float32.
GRID_MM = 0.05
LONGEST_TEXT = 200
# PS3.3 C.7.3.1.1.1 "Other": the file names no modality.
UNKNOWN_MODALITY = "OT"


@dataclass(frozen=True, slots=True)
class DicomFacts:
    """What the rows of one instance say; None where the file says nothing.

    `pixel_sha256` covers the decoded frames; objects without pixels have none. `header_sha256`
    covers what else changes the image's meaning.
    """

    patient_id: str
    study_uid: str
    study_date: date | None
    study_description: str | None
    series_uid: str
    modality: str
    body_part: str | None
    description: str | None
    frame_of_reference_uid: str | None
    kernel: str | None
    thickness_mm: float | None
    manufacturer: str | None
    model: str | None
    synthetic: bool
    sop_uid: str
    sop_class_uid: str
    number: int | None
    transfer_syntax: str
    pixel_sha256: str | None
    header_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class SlideFacts:
    """Width and height of level 0 in pixels, mpp in µm per pixel."""

    width: int
    height: int
    mpp: float | None


def read_dicoms(files: Sequence[bytes]) -> list[DicomFacts | str]:
    """Return the facts of each file, or the code of its refusal."""
    return [_facts_or_code(data) for data in files]


def _facts_or_code(data: bytes) -> DicomFacts | str:
    try:
        return read_dicom(data)
    except DataRefusedError as error:
        return error.code


def read_dicom(data: bytes) -> DicomFacts:
    """Return the facts of one DICOM file; pixels are decoded once, for their hash.

    Raises:
        EmptyFileError: No bytes.
        MalformedError: It lacks a UID that every object has.
        DataRefusedError: As `imaging.dicom.read_header` and `pixel_sha256`.
    """
    if not data:
        raise EmptyFileError("The file is empty.")
    dataset = read_header(data)
    said = instance_facts(dataset)
    if not all((said.sop_uid, said.sop_class_uid, said.series_uid, said.study_uid)):
        raise MalformedError("The object lacks one of its unique identifiers.")
    is_image = "Rows" in dataset
    return DicomFacts(
        patient_id=said.patient_id,
        study_uid=said.study_uid,
        study_date=_date(dataset.get("StudyDate")),
        study_description=_text(dataset.get("StudyDescription")),
        series_uid=said.series_uid,
        modality=said.modality or UNKNOWN_MODALITY,
        body_part=_text(dataset.get("BodyPartExamined")),
        description=_text(dataset.get("SeriesDescription")),
        frame_of_reference_uid=said.frame_of_reference_uid or None,
        kernel=_text(dataset.get("ConvolutionKernel")),
        thickness_mm=_number(dataset.get("SliceThickness")),
        manufacturer=_text(dataset.get("Manufacturer")),
        model=_text(dataset.get("ManufacturerModelName")),
        synthetic=said.synthetic,
        sop_uid=said.sop_uid,
        sop_class_uid=said.sop_class_uid,
        number=said.number,
        transfer_syntax=_syntax(data, said.transfer_syntax),
        pixel_sha256=pixel_sha256(dataset) if is_image else None,
        header_sha256=header_sha256(dataset),
    )


def _syntax(data: bytes, read: str) -> str:
    """Return how the bytes are encoded: a deflated file is read as what it inflates to."""
    deflated = DEFLATED.encode() in data[132:1024]
    return DEFLATED if deflated and read == EXPLICIT else read


def read_nifti_modality(data: bytes, said: str | None) -> str:
    """Return the modality of a NIfTI volume that can be read; the format itself knows none.

    Raises:
        NoPixelsError: It has no voxels.
        DataRefusedError: It cannot be read, or unpacks too far.
    """
    from renkei.imaging.nifti import read_nifti

    volume = read_nifti(inflate(data))
    if volume.voxels.size == 0:
        raise NoPixelsError("The volume has no voxels.")
    return said or volume.modality or UNKNOWN_MODALITY


def lies_on(files: Sequence[bytes], grid: Geometry, *, nifti: bool) -> bool:
    """Tell whether a series has its voxels at the points of a grid; unreadable ones have none."""
    from renkei.imaging.nifti import read_nifti
    from renkei.imaging.volume import read_series

    try:
        volume = read_nifti(files[0]) if nifti else read_series(files)
    except DataRefusedError:
        return False
    return volume.geometry.same_points(grid, GRID_MM)


def read_slide(path: str) -> SlideFacts:
    """Return the size of a slide that can be opened; one tile is decoded.

    Raises:
        DataRefusedError: It cannot be opened.
    """
    from renkei.imaging.slide import open_slide

    with open_slide(Path(path)) as slide:
        base = slide.levels[0]
        slide.read_region(0, 0, 0, min(256, base.width), min(256, base.height))
        return SlideFacts(base.width, base.height, slide.mpp)


def _text(value: object) -> str | None:
    if isinstance(value, MultiValue):
        value = value[0] if value else None
    text = "" if value is None else str(value).strip(" \0")
    return text[:LONGEST_TEXT] or None


def _number(value: object) -> float | None:
    try:
        found = float(str(value))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _date(value: object) -> date | None:
    try:
        return datetime.strptime(str(value), "%Y%m%d").date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        return None
