"""One slice of a series, read for speed: the named elements, and where its pixels lie.

A full parse of a CT header takes several times longer than everything else a volume needs.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.charset import convert_encodings
from pydicom.config import disable_value_validation
from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from renkei.imaging import pixels
from renkei.imaging.dicom import pixels_of, read_bytes, read_header, read_object, shape_of
from renkei.imaging.pixels import NATIVE, NoPixelsError, Shape
from renkei.imaging.walk import (
    BIG_ENDIAN,
    DEFLATED,
    IMPLICIT,
    MAX_BYTES,
    PIXELS,
    Layout,
    NotDicomError,
    TruncatedError,
    walk,
)

KEYWORDS = (
    "SpecificCharacterSet",
    "ImageType",
    "SOPClassUID",
    "SOPInstanceUID",
    "InstitutionName",
    "SeriesDescription",
    "SeriesDate",
    "AcquisitionDate",
    "SeriesTime",
    "AcquisitionTime",
    "Modality",
    "Manufacturer",
    "ManufacturerModelName",
    "BodyPartExamined",
    "PatientID",
    "PatientSex",
    "PatientAge",
    "ScanningSequence",
    "SequenceVariant",
    "ConversionType",
    "SliceThickness",
    "KVP",
    "RepetitionTime",
    "EchoTime",
    "InversionTime",
    "MagneticFieldStrength",
    "SpacingBetweenSlices",
    "EchoTrainLength",
    "ContrastBolusAgent",
    "GantryDetectorTilt",
    "ReconstructionDiameter",
    "XRayTubeCurrent",
    "Exposure",
    "ConvolutionKernel",
    "InPlanePhaseEncodingDirection",
    "FlipAngle",
    "DiffusionBValue",
    "DiffusionGradientOrientation",
    "CTDIvol",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "AcquisitionNumber",
    "InstanceNumber",
    "ImagesInAcquisition",
    "TemporalPositionIdentifier",
    "TemporalPositionIndex",
    "NumberOfSeriesRelatedInstances",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "FrameOfReferenceUID",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "PixelSpacing",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "BurnedInAnnotation",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "WindowCenter",
    "WindowWidth",
    "RescaleIntercept",
    "RescaleSlope",
    "RescaleType",
    "LossyImageCompression",
    "LossyImageCompressionRatio",
    "SyntheticData",
    "Units",
)
_NAMED: dict[BaseTag, str] = {
    Tag(tag): dictionary_VR(tag) for tag in sorted(int(tag_for_keyword(k) or 0) for k in KEYWORDS)
}


# The very objects that headers are keyed by: comparing other ones costs most of a look-up.
_TAGS: dict[str, BaseTag] = {keyword_for_tag(tag): tag for tag in _NAMED}
_CHARSET = _TAGS["SpecificCharacterSet"]
_STORED = tuple(
    _TAGS[keyword]
    for keyword in (
        "Rows",
        "Columns",
        "NumberOfFrames",
        "SamplesPerPixel",
        "BitsAllocated",
        "BitsStored",
        "HighBit",
        "PixelRepresentation",
        "PlanarConfiguration",
    )
)
MOST_SHAPES = 256
_shapes: dict[tuple[bytes, ...], Shape] = {}
# What stands before the pixels of most CT and MR; a longer header is read whole.
HEAD_BYTES = 16 << 10


@dataclass(frozen=True, slots=True)
class Slice:
    """The named elements of one file, how its pixels are stored, and where; nothing is decoded.

    `layout` holds the start of a file on disk, and all of one in memory. Of a slice that is a part
    of an object, `part` gives the pixels.
    """

    header: Dataset
    shape: Shape
    layout: Layout | None
    source: bytes | Path
    part: Callable[[], NDArray[Any]] | None = None

    def pixels(self, room: NDArray[np.int16] | None = None) -> NDArray[Any]:
        """Return the stored values: (y, x) of a single frame.

        Plain 16-bit values of a file are read into `room` where it is given; the answer is a view
        of it.

        Raises:
            NoPixelsError, TruncatedError, UndecodableError: As the names say.
        """
        if self.part is not None:
            return self.part()
        if self.layout is None:
            return pixels_of(self.header)
        offset, length = self.place()
        plain = self.layout.transfer_syntax in NATIVE and length == self.shape.frame_bytes
        value = self.value(offset, length, room if plain else None)
        found = list(pixels.frames(value, self.shape, self.layout.transfer_syntax))
        if len(found) > 1:
            raise NoPixelsError("The object holds more than one frame.")
        return found[0]

    def place(self) -> tuple[int, int]:
        """Return where the pixel data lies: offset and length, -1 for encapsulated.

        Raises:
            NoPixelsError: There is none.
        """
        values = {} if self.layout is None else self.layout.values
        held = next((tag for tag in PIXELS if tag in values), None)
        if held is None:
            raise NoPixelsError("The image holds no pixels; send the original.")
        return values[held]

    def value(
        self, offset: int, length: int, room: NDArray[np.int16] | None = None
    ) -> bytes | memoryview:
        """Return bytes of the pixel data, read into `room` where they fill it.

        Raises:
            TruncatedError: The file ends before.
        """
        layout = self.layout
        if isinstance(self.source, bytes) or layout is None or layout.transfer_syntax == DEFLATED:
            # A view: copying half a megabyte per slice is a tenth of the whole read.
            data = memoryview(b"" if layout is None else layout.data)
            return data[offset:] if length < 0 else data[offset : offset + length]
        with self.source.open("rb", buffering=0) as file:
            file.seek(offset)
            if room is None or room.nbytes != length:
                return file.read(length)
            # No second copy: fresh memory for each slice costs more than reading it.
            held = room.reshape(-1).view(np.uint8).data
            if file.readinto(held) < length:
                raise TruncatedError("The file ends inside its pixels; send it again.")
            return held

    def private(self, group: int, creator: str, element: int) -> bytes:
        """Return the bytes of a private element of a creator (PS3.5 7.8.1); empty when absent."""
        values = {} if self.layout is None else self.layout.values
        for tag in values:
            if tag >> 16 != group or not 0x10 <= tag & 0xFFFF <= 0xFF:
                continue
            if self.layout is not None and self.layout.text(tag) == creator:
                return self.layout.raw(group << 16 | (tag & 0xFF) << 8 | element)
        return b""

    def whole_header(self) -> Dataset:
        """Return every element before the pixels, sequences too."""
        return self.header if self.layout is None else read_header(self.source, with_pixels=False)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The parsed elements of one slice by tag, with their bytes; others mostly say the same."""

    syntax: str = ""
    charset: bytes = b""
    elements: Mapping[BaseTag, tuple[bytes, DataElement]] = field(default_factory=dict)

    def of(self, layout: Layout) -> Mapping[BaseTag, tuple[bytes, DataElement]]:
        """Return the elements where another file is encoded alike."""
        same = layout.transfer_syntax == self.syntax and layout.raw(_CHARSET) == self.charset
        return self.elements if same else {}


def parsed(one: Slice) -> Parsed:
    """Parse what a slice says, to be shared by those after it."""
    if one.layout is None:
        return Parsed()
    found = {}
    with disable_value_validation():
        for tag in _NAMED:
            # What cannot be parsed is left to whoever asks for it.
            with suppress(Exception):
                if tag in one.header:
                    found[tag] = (one.layout.raw(tag), one.header[tag])
    return Parsed(one.layout.transfer_syntax, one.layout.raw(_CHARSET), found)


NOTHING = Parsed()


def read_slice(source: bytes | Path, like: Parsed = NOTHING) -> Slice:
    """Find the named elements of a file; nothing is decoded.

    Elements of the same bytes are taken from `like`, so that they are parsed once for a series.

    Raises:
        NoPixelsError: It is no image.
        DataRefusedError: As `renkei.imaging.walk.walk`.
    """
    try:
        layout = _layout(source)
    except NotDicomError:
        data = read_bytes(source)
        if BIG_ENDIAN.encode() not in data[:1024]:
            raise
        whole = read_object(data)
        return Slice(whole, shape_of(whole), None, source)
    implicit = layout.transfer_syntax == IMPLICIT
    shared = like.of(layout)
    found: dict[BaseTag, DataElement | RawDataElement] = {}
    for tag, vr in _NAMED.items():
        if tag not in layout.values:
            continue
        raw = layout.raw(tag)
        same = shared.get(tag)
        found[tag] = (
            same[1]
            if same is not None and same[0] == raw
            else RawDataElement(tag, vr, len(raw), raw, 0, implicit, True)
        )
    # A dictionary is taken as it is; setting elements one by one checks each of them.
    header = Dataset(found)
    header.set_original_encoding(implicit, True, _encodings(header.get("SpecificCharacterSet")))
    return Slice(header, _shape(header, layout), layout, source)


def unlike(headers: Sequence[Dataset], *keywords: str) -> Sequence[Dataset]:
    """Return one header for each combination of these elements, by who shares them.

    Headers that were read apart share nothing: then all of them come back.
    """
    tags = [_TAGS[keyword] for keyword in keywords]
    found = {tuple([id(header.get_item(tag)) for tag in tags]): header for header in headers[::-1]}
    return list(found.values())[::-1]


def changed(header: Dataset, changes: Mapping[str, Any]) -> Dataset:
    """Return a header with other values by keyword; the given one stays as it is."""
    # Setting an element that is there changes it in place, also in the header copied from.
    drop = {int(tag_for_keyword(keyword) or 0) for keyword in changes}
    copied = Dataset({tag: held for tag, held in header.items() if tag not in drop})
    implicit, little = header.original_encoding
    copied.set_original_encoding(implicit, little, header.original_character_set)
    for keyword, value in changes.items():
        setattr(copied, keyword, value)
    return copied


def _layout(source: bytes | Path) -> Layout:
    """Walk a file; of one on disk only what stands before the pixels stays in memory."""
    if isinstance(source, bytes):
        return walk(source)
    with source.open("rb") as file:
        head = file.read(HEAD_BYTES)
    size = source.stat().st_size
    if len(head) == HEAD_BYTES and size <= MAX_BYTES:
        with suppress(TruncatedError, NotDicomError):
            layout = walk(head, size)
            if layout.transfer_syntax != DEFLATED and PIXELS & layout.values.keys():
                return layout
    layout = walk(read_bytes(source))
    if layout.transfer_syntax == DEFLATED:
        return layout
    start = min((layout.values[tag][0] for tag in PIXELS if tag in layout.values), default=None)
    return layout if start is None else replace(layout, data=layout.data[:start])


def _shape(header: Dataset, layout: Layout) -> Shape:
    """Return how the pixels are stored; slices of a series say the same, which is read once."""
    said = tuple(layout.raw(tag) for tag in _STORED)
    if (known := _shapes.get(said)) is None:
        known = shape_of(header)
        if len(_shapes) < MOST_SHAPES:
            _shapes[said] = known
    return known


def _encodings(said: Any) -> list[str]:
    return _encodings_of((said,) if isinstance(said, str) else tuple(said or ("ISO_IR 6",)))


@cache
def _encodings_of(said: tuple[str, ...]) -> list[str]:
    return list(convert_encodings(list(said)))
