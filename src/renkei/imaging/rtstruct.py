"""RT structure sets → labels: closed contours filled on the grid of the image (PS3.3 C.8.8.6)."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from renkei.errors import DataRefusedError
from renkei.imaging.codes import TISSUE, Code
from renkei.imaging.dicom import read_header
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, Segment
from renkei.imaging.polygons import MAX_POINTS, fill
from renkei.imaging.volume import Volume

STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
CLOSED = frozenset({"CLOSED_PLANAR", "CLOSEDPLANAR_XOR"})
# A plan writes places in mm with two or three decimals; anything more lies between two slices.
PLANE_MM = 0.1


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
        points = np.array(contour.get("ContourData") or [], dtype=np.float64)
        total += points.size
        whole = points.size >= 9 and points.size % 3 == 0 and bool(np.isfinite(points).all())
        if not whole or total > 3 * MAX_POINTS:
            raise StructuresRefusedError("A contour has too few or too many numbers.")
        yield points.reshape(-1, 3)


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
