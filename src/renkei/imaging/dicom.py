"""Read DICOM files from outside: capped, with typed refusals; what each says of itself.

Everything here works in the calling process; bytes from outside are decoded through
`renkei.child` or `renkei.compute` by whoever holds them.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset

from renkei.imaging import pixels
from renkei.imaging.pixels import NoPixelsError, Shape, UndecodableError
from renkei.imaging.walk import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    MAX_BYTES,
    EmptyFileError,
    FileTooLargeError,
    NotDicomError,
    TruncatedError,
    walk,
)

__all__ = [
    "EmptyFileError",
    "FileTooLargeError",
    "InstanceFacts",
    "NoPixelsError",
    "NotDicomError",
    "TruncatedError",
    "UndecodableError",
    "decode_pixels",
    "instance_facts",
    "pixel_sha256",
    "pixels_of",
    "read_header",
    "read_object",
    "shape_of",
]


PIXEL_KEYWORDS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


@dataclass(frozen=True, slots=True)
class InstanceFacts:
    """What one object says of itself; empty or None where it says nothing."""

    sop_uid: str
    sop_class_uid: str
    series_uid: str
    study_uid: str
    patient_id: str
    modality: str
    transfer_syntax: str
    number: int | None = None
    rows: int | None = None
    columns: int | None = None
    frames: int = 1
    frame_of_reference_uid: str | None = None
    synthetic: bool = False


def read_bytes(source: bytes | Path) -> bytes:
    """Return the bytes of a file, at most 2 GiB.

    Raises:
        FileTooLargeError: It is larger.
    """
    if isinstance(source, bytes):
        return source
    if source.stat().st_size > MAX_BYTES:
        raise FileTooLargeError("The file is larger than 2 GiB.")
    return source.read_bytes()


def read_header(source: bytes | Path, *, with_pixels: bool = True) -> FileDataset:
    """Parse a whole file; `with_pixels=False` stops before the pixel data.

    Raises:
        EmptyFileError: There are no bytes.
        NotDicomError: It is not DICOM, or its structure is broken.
        TruncatedError: It ends before its content does.
        FileTooLargeError: Over 2 GiB, also after inflating.
    """
    import pydicom

    plain = _plain(read_bytes(source))
    try:
        return pydicom.dcmread(io.BytesIO(plain), stop_before_pixels=not with_pixels)
    except EOFError as error:
        raise TruncatedError("The file ends inside an element; send it again.") from error
    except Exception as error:
        # pydicom leaks eight kinds of error for damaged files, none with a meaning of its own.
        raise NotDicomError("The file's structure is broken; send the original.") from error


def read_object(source: bytes | Path) -> FileDataset:
    """Parse a whole file that must hold a picture.

    Raises:
        NoPixelsError: It holds none.
        DataRefusedError: As `read_header`.
    """
    dataset = read_header(source)
    check_pixels(dataset)
    return dataset


def check_pixels(dataset: Dataset) -> None:
    """Refuse an object without a picture.

    Raises:
        NoPixelsError: It is no image, or its pixel data is absent or empty.
    """
    shape_of(dataset)
    _held(dataset)


def instance_facts(dataset: Dataset) -> InstanceFacts:
    """Return what an object says of itself."""
    meta = getattr(dataset, "file_meta", None)
    return InstanceFacts(
        sop_uid=_text(dataset, "SOPInstanceUID"),
        sop_class_uid=_text(dataset, "SOPClassUID"),
        series_uid=_text(dataset, "SeriesInstanceUID"),
        study_uid=_text(dataset, "StudyInstanceUID"),
        patient_id=_text(dataset, "PatientID"),
        modality=_text(dataset, "Modality"),
        transfer_syntax="" if meta is None else _text(meta, "TransferSyntaxUID"),
        number=_integer(dataset, "InstanceNumber"),
        rows=_integer(dataset, "Rows"),
        columns=_integer(dataset, "Columns"),
        frames=_integer(dataset, "NumberOfFrames") or 1,
        frame_of_reference_uid=_text(dataset, "FrameOfReferenceUID") or None,
        synthetic=_text(dataset, "SyntheticData") == "YES",
    )


def shape_of(dataset: Dataset) -> Shape:
    """Return how an object's pixels are stored.

    Raises:
        NoPixelsError: The object is no image.
    """
    allocated = _integer(dataset, "BitsAllocated")
    rows, columns = _integer(dataset, "Rows"), _integer(dataset, "Columns")
    if allocated is None or rows is None or columns is None:
        raise NoPixelsError("The object is no image.")
    stored = _integer(dataset, "BitsStored") or allocated
    high = _integer(dataset, "HighBit")
    return Shape(
        rows=rows,
        columns=columns,
        frames=_integer(dataset, "NumberOfFrames") or 1,
        samples=_integer(dataset, "SamplesPerPixel") or 1,
        allocated=allocated,
        stored=stored,
        signed=_integer(dataset, "PixelRepresentation") == 1,
        planar=_integer(dataset, "PlanarConfiguration") == 1,
        high=stored - 1 if high is None else high,
    )


def decode_pixels(source: bytes | Path | Dataset) -> NDArray[Any]:
    """Return all stored values: (frames, y, x), or (frames, y, x, samples) of a colour image.

    Raises:
        NoPixelsError, TruncatedError, UndecodableError: As the names say.
    """
    value, shape, syntax = _pixel_value(source)
    return np.stack(list(pixels.frames(value, shape, syntax)))


def pixels_of(dataset: Dataset) -> NDArray[Any]:
    """Return the stored values of an object: (y, x) of a single frame, else as `decode_pixels`."""
    found = decode_pixels(dataset)
    return found[0] if len(found) == 1 else found


def pixel_sha256(source: bytes | Path | Dataset) -> str:
    """Return the SHA-256 over the decoded frames, equal in every lossless encoding.

    Raises:
        NoPixelsError, TruncatedError, UndecodableError: As the names say.
    """
    return pixels.pixel_digest(*_pixel_value(source))


def _pixel_value(source: bytes | Path | Dataset) -> tuple[bytes, Shape, str]:
    dataset = source if isinstance(source, Dataset) else read_header(source)
    shape = shape_of(dataset)
    return _held(dataset), shape, str(dataset.file_meta.TransferSyntaxUID)


def _held(dataset: Dataset) -> bytes:
    value = next((dataset[keyword].value for keyword in PIXEL_KEYWORDS if keyword in dataset), b"")
    if not isinstance(value, bytes) or not value:
        raise NoPixelsError("The image holds no pixels; send the original.")
    return value


def _plain(data: bytes) -> bytes:
    """Return what pydicom may read: walked to the end once, inflated under a limit.

    What follows the pixel data is left out: some writers append megabytes of zeros there, each
    eight of which would be parsed as an element.
    """
    try:
        layout = walk(data)
    except NotDicomError:
        if BIG_ENDIAN.encode() in data[:1024] and data[128:132] == b"DICM":
            return data
        raise
    if layout.transfer_syntax != DEFLATED:
        return data[: layout.end]
    at, length = layout.meta[0x00020010]
    syntax = EXPLICIT.encode().ljust(length, b"\0")
    return data[:at] + syntax + data[at + length : layout.start] + layout.data[: layout.end]


def _text(dataset: Dataset, keyword: str) -> str:
    value = dataset.get(keyword)
    return "" if value is None else str(value).strip(" \0")


def _integer(dataset: Dataset, keyword: str) -> int | None:
    value = dataset.get(keyword)
    if isinstance(value, int):
        return int(value)
    try:
        return int(float(str(value).strip(" \0")))
    except (ValueError, OverflowError):
        return None
