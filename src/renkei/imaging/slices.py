"""One slice of a series, read for speed: the named elements, and where its pixels lie.

A full parse of a CT header takes several times longer than everything else a volume needs.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from pydicom.charset import convert_encodings
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from renkei.imaging import pixels
from renkei.imaging.dicom import pixels_of, read_bytes, read_object, shape_of
from renkei.imaging.pixels import NATIVE, NoPixelsError, Shape
from renkei.imaging.walk import BIG_ENDIAN, IMPLICIT, PIXELS, Layout, NotDicomError, walk

KEYWORDS = (
    "SpecificCharacterSet",
    "ImageType",
    "SOPClassUID",
    "SOPInstanceUID",
    "InstitutionName",
    "SeriesDescription",
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
    "CTDIvol",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "AcquisitionNumber",
    "InstanceNumber",
    "ImagesInAcquisition",
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
)
_NAMED: dict[BaseTag, str] = {
    Tag(tag): dictionary_VR(tag) for tag in sorted(int(tag_for_keyword(k) or 0) for k in KEYWORDS)
}


@dataclass(frozen=True, slots=True)
class Slice:
    """The named elements of one file, how its pixels are stored, and where; nothing is decoded."""

    header: Dataset
    shape: Shape
    layout: Layout | None

    def pixels(self) -> NDArray[Any]:
        """Return the stored values: (y, x) of a single frame.

        Raises:
            NoPixelsError, TruncatedError, UndecodableError: As the names say.
        """
        if self.layout is None:
            return pixels_of(self.header)
        held = next((tag for tag in PIXELS if tag in self.layout.values), None)
        if held is None:
            raise NoPixelsError("The image holds no pixels; send the original.")
        offset, length = self.layout.values[held]
        if self.layout.transfer_syntax in NATIVE:
            # A view: copying half a megabyte per slice is a tenth of the whole read.
            value: bytes | memoryview = memoryview(self.layout.data)[offset : offset + length]
        else:
            value = self.layout.raw(held)
        found = list(pixels.frames(value, self.shape, self.layout.transfer_syntax))
        if len(found) > 1:
            raise NoPixelsError("The object holds more than one frame.")
        return found[0]


def read_slice(source: bytes | Path) -> Slice:
    """Find the named elements of a file; nothing is decoded.

    Raises:
        NoPixelsError: It is no image.
        DataRefusedError: As `renkei.imaging.walk.walk`.
    """
    data = read_bytes(source)
    try:
        layout = walk(data)
    except NotDicomError:
        if BIG_ENDIAN.encode() not in data[:1024]:
            raise
        whole = read_object(data)
        return Slice(whole, shape_of(whole), None)
    implicit = layout.transfer_syntax == IMPLICIT
    # A dictionary is taken as it is; setting elements one by one checks each of them.
    header = Dataset(
        {
            tag: RawDataElement(tag, vr, len(raw := layout.raw(tag)), raw, 0, implicit, True)
            for tag, vr in _NAMED.items()
            if tag in layout.values
        }
    )
    header.set_original_encoding(implicit, True, _encodings(header.get("SpecificCharacterSet")))
    return Slice(header, shape_of(header), layout)


def _encodings(said: Any) -> list[str]:
    return _encodings_of((said,) if isinstance(said, str) else tuple(said or ("ISO_IR 6",)))


@cache
def _encodings_of(said: tuple[str, ...]) -> list[str]:
    return list(convert_encodings(list(said)))
