"""DICOM again: one series per case with a segmentation, under UIDs of this version alone.

No date, no name and no UID of the source is written; what is synthetic or made stays marked.
"""

import hashlib
from io import BytesIO
from pathlib import Path

import numpy as np
from pydicom import DataElement, dcmread
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian, MRImageStorage

from renkei.imaging.labels import LabelSet
from renkei.imaging.seg import write_seg
from renkei.imaging.synthetic import MADE, Mark, mark_dataset
from renkei.imaging.volume import Volume
from renkei.plugins import need_extra
from renkei.publish.cases import UNKNOWN, Case, Folder
from renkei.publish.exporter import Exporter, ExportReport, NothingToExportError, empty_target
from renkei.publish.load import LoadedCase, load_case

CLASSES = {"CT": CTImageStorage, "MR": MRImageStorage}
NOT_WHOLE = "voxels_not_whole_numbers"
NO_CLASS = "modality_not_carried"
SEXES = {"M", "F", "O"}
# PS3.16 CID 7050: the profile and the options that the hospital's tool applied.
METHODS = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
)


def write(folder: Folder, target: Path) -> ExportReport:
    """Write `<subject>/<case>/image-NNNN.dcm` and `labels.dcm`.

    Raises:
        NothingToExportError: No case can be carried.
    """
    need_extra("imaging", "SimpleITK", "highdicom")
    empty_target(target)
    refused = {}
    for case in folder.cases:
        loaded = load_case(folder, case)
        reason = _why_not(loaded.volume)
        if reason is not None:
            refused[case.name] = reason
            continue
        names = _Names(folder.version_id or "", case)
        slices = [_slice(loaded, names, z) for z in range(loaded.volume.geometry.shape[0])]
        place = target / _safe(case.subject) / _safe(case.name)
        place.mkdir(parents=True)
        for number, dataset in enumerate(slices, start=1):
            (place / f"image-{number:04}.dcm").write_bytes(_bytes(dataset))
        if loaded.labels is not None and loaded.labels.segments:
            (place / "labels.dcm").write_bytes(_segmentation(loaded.labels, slices, names, case))
    if len(refused) == len(folder.cases):
        raise NothingToExportError("No case of the folder can be carried by DICOM.")
    return ExportReport(len(folder.cases) - len(refused), refused)


class _Names:
    """The UIDs of a case: a hash of version, case and part, so the same export has the same."""

    def __init__(self, version: str, case: Case) -> None:
        self._version = version
        self._case = case

    def uid(self, *part: object, shared: bool = False) -> UID:
        """Return a UID below 2.25 (PS3.5 B.2); a shared one is the subject's."""
        owner = self._case.subject if shared else self._case.name
        text = "\x00".join([self._version, owner, *map(str, part)])
        number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
        return UID(f"2.25.{number}")


def _why_not(volume: Volume) -> str | None:
    if volume.modality not in CLASSES:
        return NO_CLASS
    return None if np.issubdtype(volume.voxels.dtype, np.integer) else NOT_WHOLE


def _slice(loaded: LoadedCase, names: _Names, z: int) -> FileDataset:
    volume, case = loaded.volume, loaded.case
    kind = CLASSES[volume.modality]
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = kind
    meta.MediaStorageSOPInstanceUID = names.uid("image", z)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID("2.25.183040982104113187023018306164010210305")
    dataset = FileDataset("", Dataset(), file_meta=meta, preamble=bytes(128))
    dataset.SOPClassUID, dataset.SOPInstanceUID = kind, names.uid("image", z)
    dataset.StudyInstanceUID = names.uid("study", shared=True)
    dataset.SeriesInstanceUID = names.uid("series")
    dataset.FrameOfReferenceUID = names.uid("frame of reference")
    dataset.Modality, dataset.InstanceNumber, dataset.SeriesNumber = volume.modality, z + 1, 1
    dataset.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
    dataset.StudyDate = dataset.StudyTime = dataset.StudyID = dataset.AccessionNumber = ""
    dataset.ReferringPhysicianName = dataset.PositionReferenceIndicator = ""
    dataset.Manufacturer = _known(case, "maker")
    dataset.ManufacturerModelName = _known(case, "model")
    if volume.modality == "CT":
        dataset.KVP = dataset.AcquisitionNumber = None
    else:
        dataset.ScanningSequence, dataset.SequenceVariant = "RM", "NONE"
        dataset.ScanOptions, dataset.MRAcquisitionType = "", "3D"
        dataset.EchoTime = dataset.RepetitionTime = dataset.EchoTrainLength = None
    _patient(dataset, case)
    _mark(dataset, case)
    _pixels(dataset, volume, z)
    return dataset


def _patient(dataset: Dataset, case: Case) -> None:
    dataset.PatientID = case.subject
    dataset.PatientName = dataset.PatientBirthDate = ""
    sex = _known(case, "sex")
    dataset.PatientSex = sex if sex in SEXES else ""
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "PS3.15 Basic Profile"
    dataset.DeidentificationMethodCodeSequence = DicomSequence(
        [_code(value, meaning) for value, meaning in METHODS]
    )
    dataset.LongitudinalTemporalInformationModified = "REMOVED"


def _mark(dataset: Dataset, case: Case) -> None:
    """Keep the mark of a case that no scanner made."""
    if case.facts.get("synthetic"):
        mark_dataset(dataset, Mark(**case.facts["mark"]))
        dataset.PatientName = ""
    elif case.facts.get("made"):
        dataset.ImageType = ["DERIVED", "SECONDARY", "AXIAL", MADE]
        dataset.SeriesDescription = "MADE IN CODE"


def _pixels(dataset: Dataset, volume: Volume, z: int) -> None:
    geometry = volume.geometry
    step_z, step_y, step_x = geometry.spacing
    axes = geometry.axes
    dataset.ImageOrientationPatient = [_number(v) for v in (*axes[:, 0], *axes[:, 1])]
    dataset.ImagePositionPatient = [_number(v) for v in geometry.point(z, 0, 0)]
    dataset.PixelSpacing = [_number(step_y), _number(step_x)]
    dataset.SliceThickness = dataset.SpacingBetweenSlices = _number(step_z)
    plane = np.ascontiguousarray(volume.voxels[z], dtype="<i2")
    dataset.Rows, dataset.Columns = plane.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelRepresentation = 1
    if volume.modality == "CT":
        dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "0", "1", "HU"
    dataset.add_new((0x7FE0, 0x0010), "OW", plane.tobytes())


def _segmentation(labels: LabelSet, slices: list[FileDataset], names: _Names, case: Case) -> bytes:
    raw = write_seg(labels, slices, series_uid=names.uid("seg series"), sop_uid=names.uid("seg"))
    dataset = dcmread(BytesIO(raw))
    first = slices[0]
    # The writer stamps the clock and random dimension UIDs: one export would not be the next.
    dataset.walk(_stop_clock)
    dimension = names.uid("dimensions")
    for item in dataset.get("DimensionOrganizationSequence") or ():
        item.DimensionOrganizationUID = dimension
    for item in dataset.get("DimensionIndexSequence") or ():
        item.DimensionOrganizationUID = dimension
    for keyword in (
        "PatientIdentityRemoved",
        "DeidentificationMethod",
        "DeidentificationMethodCodeSequence",
        "LongitudinalTemporalInformationModified",
    ):
        setattr(dataset, keyword, first[keyword].value)
    _mark(dataset, case)
    return _bytes(dataset)


def _stop_clock(dataset: Dataset, element: DataElement) -> None:
    if element.VR == "DT":
        del dataset[element.tag]
    elif element.VR in {"DA", "TM"}:
        element.value = ""


def _known(case: Case, axis: str) -> str:
    value = case.fact(axis)
    return "" if value == UNKNOWN else value[:64]


def _code(value: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "DCM", meaning
    return code


def _number(value: float) -> str:
    """Return a decimal string of at most 16 characters (PS3.5 6.2)."""
    return f"{value:.10g}"[:16]


def _bytes(dataset: FileDataset) -> bytes:
    target = BytesIO()
    dataset.save_as(target, enforce_file_format=True)
    return target.getvalue()


def _safe(name: str) -> str:
    kept = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)[:64]
    return kept or "_"


EXPORTER = Exporter("dicom", "imaging", write)
