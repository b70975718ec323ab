"""The part of a header that changes what an image means, as one hash.

Two copies of an instance with equal pixels conflict when this differs: a flipped orientation or
another slope is another image. What an encoder changes is left out: PhotometricInterpretation,
planes, dates of writing, lookup of the file itself.
"""

from typing import Any

from pydicom.dataset import Dataset

from renkei.collect.kinds import MalformedError
from renkei.proof import canonical, digest

# PS3.3: identity (C.7.1, C.7.2, C.12.1), geometry (C.7.6.2), pixel values (C.11), acquisition.
RELEVANT = (
    "SOPClassUID", "PatientID", "StudyInstanceUID", "SeriesInstanceUID", "Modality", "ImageType",
    "BodyPartExamined", "Laterality", "ImageLaterality", "ViewPosition", "PatientOrientation",
    "PatientPosition", "PatientSex", "PatientAge", "FrameOfReferenceUID",
    "ImageOrientationPatient", "ImagePositionPatient", "PixelSpacing", "ImagerPixelSpacing",
    "SliceThickness", "SpacingBetweenSlices", "SliceLocation", "InstanceNumber", "NumberOfFrames",
    "RescaleSlope", "RescaleIntercept", "RescaleType", "Units", "PixelRepresentation",
    "ModalityLUTSequence", "VOILUTSequence", "PresentationLUTShape", "KVP", "ConvolutionKernel",
    "ContrastBolusAgent", "EchoTime", "RepetitionTime", "InversionTime", "FlipAngle",
    "DiffusionBValue", "RadiopharmaceuticalInformationSequence", "DecayCorrection",
    "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "SegmentSequence",
    "TotalPixelMatrixColumns", "TotalPixelMatrixRows", "SpecimenDescriptionSequence",
)  # fmt: skip
_PIXELS = frozenset({"PixelData", "FloatPixelData", "DoubleFloatPixelData"})


def header_sha256(dataset: Dataset) -> str:
    """Return the hash of what is relevant; of an object without pixels, of all of it.

    Raises:
        MalformedError: An element's value is not what its type says.
    """
    try:
        return _header_sha256(dataset)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise MalformedError("An element holds what its type forbids; export it again.") from error


def _header_sha256(dataset: Dataset) -> str:
    kept: dict[str, Any] = {}
    everything = "Rows" not in dataset
    for element in dataset if everything else (dataset[k] for k in RELEVANT if k in dataset):
        if element.keyword not in _PIXELS:
            kept[f"{element.tag:08X}"] = _plain(element.value)
    return digest(canonical(kept))


def _plain(value: Any) -> Any:
    """Return a value as text, so that 1.0 and 1.00 are one number and padding is none."""
    if isinstance(value, Dataset):
        return {f"{e.tag:08X}": _plain(e.value) for e in value}
    if isinstance(value, bytes):
        return digest(value)
    if isinstance(value, (list, tuple)) or type(value).__name__ in {"MultiValue", "Sequence"}:
        return [_plain(one) for one in value]
    text = "" if value is None else str(value).strip(" \0")
    try:
        return f"{float(text):.9g}"
    except ValueError:
        return text
