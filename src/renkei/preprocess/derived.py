"""A processed copy as DICOM: new objects that say what they are made from and how.

The original stays what readers annotate; nobody may take the copy for it.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from io import BytesIO

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import UID, ExplicitVRLittleEndian

from renkei.errors import DataRefusedError
from renkei.imaging.codes import Code
from renkei.imaging.made import derived_uid
from renkei.imaging.synthetic import MADE
from renkei.imaging.volume import Volume

SMOOTHING = Code("DCM", "113087", "Smoothing")
RESAMPLING = Code("DCM", "113085", "Spatial resampling")
PROCESSED = Code("DCM", "121322", "Source image for image processing operation")
IMPLEMENTATION = UID("2.25.183040982104113187023018306164010210305")
MOST_TEXT = 1024

# What says how the scan was taken, and whose it is by pseudonym; names, dates and free text stay
# behind.
KEPT: Mapping[str, tuple[str, ...]] = {
    "": (
        *("PatientID", "PatientSex", "PatientIdentityRemoved", "DeidentificationMethod"),
        *("DeidentificationMethodCodeSequence", "LongitudinalTemporalInformationModified"),
        *("StudyInstanceUID", "FrameOfReferenceUID", "Modality", "Manufacturer"),
        *("ManufacturerModelName", "BodyPartExamined", "PatientPosition", "SliceThickness"),
        *("SpacingBetweenSlices", "PhotometricInterpretation", "SyntheticData"),
    ),
    "CT": ("KVP", "ConvolutionKernel", "XRayTubeCurrent", "Exposure", "ReconstructionDiameter"),
    "MR": (
        *("ScanningSequence", "SequenceVariant", "ScanOptions", "MRAcquisitionType"),
        *("RepetitionTime", "EchoTime", "EchoTrainLength", "InversionTime", "FlipAngle"),
        *("MagneticFieldStrength", "ImagingFrequency"),
    ),
}
# Empty where the source does not say: an object needs them (PS3.3, type 2).
ASKED: Mapping[str, tuple[str, ...]] = {
    "": (
        *("StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName", "StudyID"),
        *("PatientName", "PatientBirthDate", "PatientID", "PatientSex", "Manufacturer"),
        *("PositionReferenceIndicator", "PatientPosition", "SliceThickness"),
    ),
    "CT": ("KVP", "AcquisitionNumber"),
    "MR": ("ScanOptions", "MRAcquisitionType", "RepetitionTime", "EchoTime", "EchoTrainLength"),
}


class NotDerivableError(DataRefusedError):
    """These voxels cannot be written as DICOM slices of that source."""


def derived_slices(
    volume: Volume,
    sources: Sequence[Dataset],
    *,
    description: str,
    derivation: Sequence[Code] = (SMOOTHING,),
) -> list[bytes]:
    """Return one DICOM object per slice, in the order of the volume; same input, same bytes.

    `sources` are the headers of the slices that it was made from, in any order; the volume's
    `sop_uids` name one for each slice. `description` names the method and its strength.

    Raises:
        NotDerivableError: A source is missing, the voxels are no whole numbers, or the modality is
            neither CT nor MR.
    """
    if volume.modality not in {"CT", "MR"} or volume.voxels.dtype != np.int16:
        raise NotDerivableError("Only a CT or MR of whole numbers is written as DICOM slices.")
    by_uid = {str(one.SOPInstanceUID): one for one in sources}
    if not volume.sop_uids or not set(volume.sop_uids) <= set(by_uid):
        raise NotDerivableError("A derived copy names its sources: give the header of each slice.")
    ground = sha256(np.ascontiguousarray(volume.voxels).tobytes()).hexdigest()
    ground = sha256(f"{ground}\0{description}\0{volume.geometry}".encode()).hexdigest()
    made = []
    for z, uid in enumerate(volume.sop_uids):
        dataset = _described(by_uid[uid], volume.modality, derivation, description)
        dataset.SeriesInstanceUID = derived_uid("derived series", ground)
        dataset.SOPInstanceUID = derived_uid("derived image", ground, z)
        dataset.InstanceNumber = z + 1
        _place(dataset, volume, z)
        made.append(_written(dataset))
    return made


def _described(
    source: Dataset, modality: str, derivation: Sequence[Code], description: str
) -> Dataset:
    """Return what a slice says of itself but for its place and pixels."""
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    for keyword in (*ASKED[""], *ASKED[modality]):
        setattr(dataset, keyword, None)
    for keyword in (*KEPT[""], *KEPT[modality]):
        if keyword in source:
            setattr(dataset, keyword, source[keyword].value)
    if modality == "MR":
        # A slice without them is no MR object: research mode, no variant.
        dataset.ScanningSequence = dataset.get("ScanningSequence") or "RM"
        dataset.SequenceVariant = dataset.get("SequenceVariant") or "NONE"
    if not dataset.get("BodyPartExamined"):
        # Where nothing says which part it is, it may be one of two.
        dataset.Laterality = None
    kind = [str(v) for v in source.get("ImageType") or ()]
    made = [MADE] if MADE in kind else []
    dataset.ImageType = ["DERIVED", "SECONDARY", *(kind[2:3] or ["OTHER"]), *made]
    dataset.SOPClassUID = source.SOPClassUID
    dataset.SeriesNumber = None
    dataset.SeriesDescription = ", ".join(code.meaning for code in derivation) or "Processed"
    dataset.DerivationDescription = description[:MOST_TEXT]
    if derivation:
        dataset.DerivationCodeSequence = Items([_item(code) for code in derivation])
    origin = Dataset()
    origin.ReferencedSOPClassUID = source.SOPClassUID
    origin.ReferencedSOPInstanceUID = source.SOPInstanceUID
    origin.PurposeOfReferenceCodeSequence = Items([_item(PROCESSED)])
    origin.SpatialLocationsPreserved = "NO" if RESAMPLING in derivation else "YES"
    dataset.SourceImageSequence = Items([origin])
    return dataset


def _place(dataset: Dataset, volume: Volume, z: int) -> None:
    grid = volume.geometry
    dataset.ImageOrientationPatient = [_number(v) for v in (*grid.axes[:, 0], *grid.axes[:, 1])]
    dataset.ImagePositionPatient = [_number(v) for v in grid.point(z, 0, 0)]
    if "SpacingBetweenSlices" in dataset:
        dataset.SpacingBetweenSlices = _number(grid.spacing[0])
    dataset.PixelSpacing = [_number(v) for v in grid.spacing[1:]]
    dataset.Rows, dataset.Columns = grid.shape[1:]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelRepresentation = 1
    if volume.modality == "CT":
        dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "0", "1", "HU"
    dataset.add_new((0x7FE0, 0x0010), "OW", volume.voxels[z].astype("<i2").tobytes())


def _written(dataset: Dataset) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = IMPLEMENTATION
    file = FileDataset("", dataset, file_meta=meta, preamble=bytes(128))
    out = BytesIO()
    file.save_as(out, enforce_file_format=True)
    return out.getvalue()


def _item(code: Code) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator = code.value, code.scheme
    item.CodeMeaning = code.meaning
    return item


def _number(value: float) -> str:
    """Return a decimal string of at most 16 characters (PS3.5 6.2)."""
    return f"{value:.10g}"[:16]
