"""RT structure sets: contours on the planes of their image become masks; others are refused."""

import io

import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from tests.imaging.conftest import small_volume

from renkei.imaging.made import write_ct_series
from renkei.imaging.rtstruct import STRUCTURE_SET, StructuresRefusedError, read_rtstruct
from renkei.imaging.volume import read_series


@pytest.fixture(scope="module")
def image():
    return read_series(write_ct_series(small_volume(), {"PatientID": "P1"}))


def contour(image, z, corners, *, kind="CLOSED_PLANAR", off=0.0, uid=None):
    """Return a contour through index places (x, y) of a slice, `off` slices above it."""
    item = Dataset()
    item.ContourGeometricType = kind
    item.NumberOfContourPoints = len(corners)
    places = [image.geometry.point(z + off, y, x) for x, y in corners]
    item.ContourData = [f"{v:.4f}" for place in places for v in place]
    named = Dataset()
    named.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    named.ReferencedSOPInstanceUID = uid or image.sop_uids[z]
    item.ContourImageSequence = [named]
    return item


def structures(image, rois, *, frame=None) -> bytes:
    """Return a structure set of {name: contours}."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = STRUCTURE_SET
    meta.MediaStorageSOPInstanceUID = "2.25.77"
    dataset = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = STRUCTURE_SET, "2.25.77"
    dataset.Modality, dataset.SpecificCharacterSet = "RTSTRUCT", "ISO_IR 192"
    dataset.StructureSetROISequence, dataset.ROIContourSequence = [], []
    for number, (name, contours) in enumerate(rois.items(), start=1):
        said, drawn = Dataset(), Dataset()
        said.ROINumber, said.ROIName = number, name
        said.ReferencedFrameOfReferenceUID = frame or image.frame_of_reference_uid
        drawn.ReferencedROINumber, drawn.ContourSequence = number, contours
        dataset.StructureSetROISequence.append(said)
        dataset.ROIContourSequence.append(drawn)
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


BIG = [(0.5, 0.5), (6.5, 0.5), (6.5, 6.5), (0.5, 6.5)]
SMALL = [(2.5, 2.5), (4.5, 2.5), (4.5, 4.5), (2.5, 4.5)]


def test_a_contour_inside_another_is_a_hole_on_its_slice_only(image):
    rois = {"肝": [contour(image, 1, BIG), contour(image, 1, SMALL), contour(image, 2, BIG)]}
    (segment,) = read_rtstruct(structures(image, rois), image).segments
    assert segment.name == "肝"
    assert segment.mask.sum(axis=(1, 2))[:4].tolist() == [0, 32, 36, 0]
    assert not segment.mask[1, 3, 3]
    assert segment.mask[2, 3, 3]


def test_points_and_empty_structures_are_left_out(image):
    point = contour(image, 1, [(3, 3)], kind="POINT")
    rois = {"iso": [point], "left over": [], "liver": [contour(image, 0, BIG)]}
    labels = read_rtstruct(structures(image, rois), image)
    assert [(s.number, s.name) for s in labels.segments] == [(1, "liver")]


@pytest.mark.parametrize(("off", "taken"), [(0.0, True), (0.5, False), (-9.0, False)])
def test_a_contour_off_the_slices_is_refused(image, off, taken):
    data = structures(image, {"a": [contour(image, 1, BIG, off=off)]})
    if taken:
        assert read_rtstruct(data, image).segments[0].mask.any()
    else:
        with pytest.raises(StructuresRefusedError, match="off the slices"):
            read_rtstruct(data, image)


def test_another_frame_of_reference_needs_the_images_themselves(image):
    mine = {"a": [contour(image, 1, BIG)]}
    assert read_rtstruct(structures(image, mine, frame="2.25.5"), image).segments
    theirs = {"a": [contour(image, 1, BIG, uid="2.25.6")]}
    with pytest.raises(StructuresRefusedError, match="neither"):
        read_rtstruct(structures(image, theirs, frame="2.25.5"), image)


@pytest.mark.parametrize("values", [["1", "2"], ["1"] * 6, ["1"] * 10, []])
def test_broken_contours_are_refused(image, values):
    item = contour(image, 1, BIG)
    item.ContourData = values
    with pytest.raises(StructuresRefusedError):
        read_rtstruct(structures(image, {"a": [item]}), image)


def test_an_image_is_no_structure_set(image):
    data = write_ct_series(small_volume(), {"PatientID": "P1"})[0]
    with pytest.raises(StructuresRefusedError, match="not an RT"):
        read_rtstruct(data, image)
