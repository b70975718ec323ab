"""RT structure sets ↔ labels: closed contours on the slices of their image (PS3.3 C.8.8.6)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO
from itertools import count

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.tag import Tag
from pydicom.uid import UID, ImplicitVRLittleEndian, generate_uid

from renkei import __version__
from renkei.errors import DataRefusedError
from renkei.imaging.codes import TISSUE, Code
from renkei.imaging.contours import contours_of
from renkei.imaging.dicom import read_header
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, Segment
from renkei.imaging.polygons import MAX_POINTS, fill
from renkei.imaging.volume import Volume

STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
CLOSED = frozenset({"CLOSED_PLANAR", "CLOSEDPLANAR_XOR"})
# A plan writes places in mm with two or three decimals; anything more lies between two slices.
PLANE_MM = 0.1
CONTOUR_DATA = 0x30060050
OF_THE_PATIENT = (
    "PatientName",
    "PatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
)


class StructuresRefusedError(DataRefusedError):
    """The object is no structure set of this image."""


def read_rtstruct(source: bytes, image: Volume, *, vocabulary: str = "") -> LabelSet:
    """Return the structures that are areas, one segment each, on the grid of their image.

    Contours of one structure in one slice count by the XOR rule: a contour inside another is a
    hole. Structures of points or open lines, or without contours, are no areas and are left out:
    none of them says that something was looked for and not found.

    Raises:
        StructuresRefusedError: It is no structure set, of another frame of reference, or a contour
            lies off the slices.
    """
    dataset = read_header(source)
    if str(dataset.get("SOPClassUID", "")) != STRUCTURE_SET:
        raise StructuresRefusedError("This is not an RT structure set.")
    _of_image(dataset, image)
    contours = {
        int(roi.ReferencedROINumber): tuple(_closed(roi))
        for roi in dataset.get("ROIContourSequence") or ()
    }
    codes = _codes(dataset)
    segments = []
    numbers = count(1)
    for roi in dataset.get("StructureSetROISequence") or ():
        number = int(roi.ROINumber)
        if not contours.get(number):
            continue
        name = str(roi.get("ROIName") or number)
        mask = _mask(contours[number], image.geometry)
        segments.append(Segment(next(numbers), name, codes.get(number, TISSUE), mask))
    if not segments:
        raise StructuresRefusedError("The structure set holds no closed contour.")
    return LabelSet(image.geometry, tuple(segments), vocabulary)


def frames_of(dataset: Dataset) -> set[str]:
    """Return the frames of reference that the structures are drawn in."""
    rois = dataset.get("StructureSetROISequence") or ()
    frames = {str(roi.get("ReferencedFrameOfReferenceUID") or "") for roi in rois}
    return frames - {""}


def images_of(dataset: Dataset) -> set[str]:
    """Return the SOP instance UIDs of the images that contours were drawn on."""
    rois = dataset.get("ROIContourSequence") or ()
    return {
        str(image.ReferencedSOPInstanceUID)
        for roi in rois
        for contour in roi.get("ContourSequence") or ()
        for image in contour.get("ContourImageSequence") or ()
    }


def _of_image(dataset: Dataset, image: Volume) -> None:
    frames, images = frames_of(dataset), images_of(dataset)
    if image.frame_of_reference_uid in frames and len(frames) == 1:
        return
    if images and images <= set(image.sop_uids):
        return
    raise StructuresRefusedError(
        "The structures name neither the images nor the frame of reference of this series."
    )


def _closed(roi: Dataset) -> Iterator[NDArray[np.float64]]:
    total = 0
    for contour in roi.get("ContourSequence") or ():
        if str(contour.get("ContourGeometricType", "")) not in CLOSED:
            continue
        points = _numbers(contour)
        total += points.size
        whole = points.size >= 9 and points.size % 3 == 0 and bool(np.isfinite(points).all())
        if not whole or total > 3 * MAX_POINTS:
            raise StructuresRefusedError("A contour has too few or too many numbers.")
        yield points.reshape(-1, 3)


def _numbers(contour: Dataset) -> NDArray[np.float64]:
    held = contour.get_item(CONTOUR_DATA).value if CONTOUR_DATA in contour else b""
    values = held.split(b"\\") if isinstance(held, bytes) else held
    try:
        return np.array(values or [], dtype=np.float64)
    except (TypeError, ValueError):
        raise StructuresRefusedError("A contour holds something that is no number.") from None


def _mask(contours: Sequence[NDArray[np.float64]], grid: Geometry) -> NDArray[np.bool_]:
    inverse = np.linalg.inv(grid.affine)
    slices: dict[int, list[NDArray[np.float64]]] = {}
    for points in contours:
        index = points @ inverse[:3, :3].T + inverse[:3, 3]
        z = round(float(index[:, 2].mean()))
        off = float(np.abs(index[:, 2] - z).max()) * grid.spacing[0]
        if not 0 <= z < grid.shape[0] or off > PLANE_MM:
            raise StructuresRefusedError(
                "A contour lies off the slices of its image; export it on the image's planes."
            )
        slices.setdefault(z, []).append(index[:, :2])
    mask = np.zeros(grid.shape, dtype=bool)
    for z, rings in slices.items():
        mask[z] = fill(rings, grid.shape[1:])
    return mask


def _codes(dataset: Dataset) -> Mapping[int, Code]:
    found = {}
    for seen in dataset.get("RTROIObservationsSequence") or ():
        for concept in seen.get("RTROIIdentificationCodeSequence") or ():
            found[int(seen.ReferencedROINumber)] = Code(
                str(concept.get("CodingSchemeDesignator", "")),
                str(concept.get("CodeValue", "")),
                str(concept.get("CodeMeaning", "")),
            )
    return found


def write_rtstruct(labels: LabelSet, sources: Sequence[Dataset], *, label: str = "RENKEI") -> bytes:
    """Return an RT structure set (PS3.3 A.19) of labels on the images `sources`, in z order.

    Each slice's outlines are 0.5 iso-contours, a hole one of its own by the XOR rule. A label
    without voxels keeps its name and code and has no contour.

    Raises:
        StructuresRefusedError: The labels do not lie on the images' slices.
    """
    if len(sources) != labels.geometry.shape[0]:
        raise StructuresRefusedError("The labels and the images have different numbers of slices.")
    found = _begun(sources[0], label)
    frame = str(sources[0].FrameOfReferenceUID)
    found.ReferencedFrameOfReferenceSequence = [_images(sources, frame)]
    found.StructureSetROISequence = [_named(s, frame) for s in labels.segments]
    found.ROIContourSequence = [_drawn(s, labels.geometry, sources) for s in labels.segments]
    found.RTROIObservationsSequence = [_observed(s) for s in labels.segments]
    out = BytesIO()
    found.save_as(out, enforce_file_format=True)
    return out.getvalue()


def _begun(source: Dataset, label: str) -> FileDataset:
    meta = FileMetaDataset()
    # With explicit VR a contour of more than 64 KB cannot be told apart from an unknown element.
    meta.TransferSyntaxUID = ImplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = UID(STRUCTURE_SET)
    meta.MediaStorageSOPInstanceUID = generate_uid()
    found = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    found.SpecificCharacterSet = "ISO_IR 192"
    found.SOPClassUID, found.SOPInstanceUID = STRUCTURE_SET, meta.MediaStorageSOPInstanceUID
    for keyword in OF_THE_PATIENT:
        setattr(found, keyword, source.get(keyword) or "")
    found.StudyInstanceUID = source.StudyInstanceUID
    found.SeriesInstanceUID, found.SeriesNumber = generate_uid(), 901
    found.Modality, found.Manufacturer, found.ManufacturerModelName = "RTSTRUCT", "Renkei", "Renkei"
    found.SoftwareVersions, found.OperatorsName = __version__, ""
    found.FrameOfReferenceUID, found.PositionReferenceIndicator = source.FrameOfReferenceUID, ""
    found.StructureSetLabel, found.ApprovalStatus = label, "UNAPPROVED"
    now = datetime.now(UTC)
    found.StructureSetDate, found.StructureSetTime = f"{now:%Y%m%d}", f"{now:%H%M%S}"
    return found


def _images(sources: Sequence[Dataset], frame: str) -> Dataset:
    series = Dataset()
    series.SeriesInstanceUID = sources[0].SeriesInstanceUID
    series.ContourImageSequence = [_image(source) for source in sources]
    study = Dataset()
    # Detached study management, retired, is what the field still names the study by.
    study.ReferencedSOPClassUID = "1.2.840.10008.3.1.2.3.1"
    study.ReferencedSOPInstanceUID = sources[0].StudyInstanceUID
    study.RTReferencedSeriesSequence = [series]
    referenced = Dataset()
    referenced.FrameOfReferenceUID = frame
    referenced.RTReferencedStudySequence = [study]
    return referenced


def _image(source: Dataset) -> Dataset:
    image = Dataset()
    image.ReferencedSOPClassUID = source.SOPClassUID
    image.ReferencedSOPInstanceUID = source.SOPInstanceUID
    return image


def _named(segment: Segment, frame: str) -> Dataset:
    roi = Dataset()
    roi.ROINumber, roi.ROIName = segment.number, segment.name
    roi.ReferencedFrameOfReferenceUID, roi.ROIGenerationAlgorithm = frame, "MANUAL"
    return roi


def _drawn(segment: Segment, grid: Geometry, sources: Sequence[Dataset]) -> Dataset:
    roi = Dataset()
    roi.ReferencedROINumber = segment.number
    contours = []
    for z in np.flatnonzero(segment.mask.any(axis=(1, 2))).tolist():
        rings = contours_of(segment.mask[z])
        contours += [_contour(ring, z, grid, sources[z]) for ring in rings]
    if contours:
        roi.ContourSequence = contours
    return roi


def _contour(ring: NDArray[np.float64], z: int, grid: Geometry, source: Dataset) -> Dataset:
    index = np.column_stack([ring, np.full(len(ring), z)])
    places = index @ grid.affine[:3, :3].T + grid.affine[:3, 3]
    contour = Dataset()
    contour.ContourImageSequence = [_image(source)]
    # CLOSEDPLANAR_XOR would say how rings count, but few programs know it.
    contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", len(ring)
    data = "\\".join(f"{value:.4f}" for value in places.ravel().tolist()).encode()
    # As bytes: an object for each of millions of numbers takes a minute.
    contour[CONTOUR_DATA] = RawDataElement(
        Tag(CONTOUR_DATA),
        "DS",
        len(data) + len(data) % 2,
        data + b" " * (len(data) % 2),
        0,
        True,
        True,
    )
    return contour


def _observed(segment: Segment) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator = segment.code.value, segment.code.scheme
    code.CodeMeaning = segment.code.meaning
    seen = Dataset()
    seen.ObservationNumber = seen.ReferencedROINumber = segment.number
    seen.RTROIIdentificationCodeSequence = [code]
    seen.RTROIInterpretedType, seen.ROIInterpreter = "", ""
    return seen
