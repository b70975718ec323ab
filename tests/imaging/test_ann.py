"""Microscopy annotations, written by highdicom, become outlines."""

import io

import highdicom as hd
import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes

from renkei.imaging.ann import AnnotationsRefusedError, read_ann

TRIANGLE = np.array([(1, 1), (5, 1), (5, 5)], dtype=float)
BOX = np.array([(0, 0), (4, 0), (4, 2), (0, 2)], dtype=float)
ROUND = np.array([(0, 5), (10, 5), (5, 0), (5, 10)], dtype=float)


@pytest.fixture(scope="module")
def slide() -> Dataset:
    found = Dataset()
    found.file_meta = FileMetaDataset()
    for keyword, value in {
        "SOPClassUID": "1.2.840.10008.5.1.4.1.1.77.1.6",
        "SOPInstanceUID": "2.25.1",
        "SeriesInstanceUID": "2.25.2",
        "StudyInstanceUID": "2.25.3",
        "FrameOfReferenceUID": "2.25.4",
        "ContainerIdentifier": "x",
        "Modality": "SM",
        "ImageType": ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"],
        "Rows": 8,
        "Columns": 8,
        "TotalPixelMatrixRows": 80,
        "TotalPixelMatrixColumns": 80,
        "PatientID": "P1",
    }.items():
        setattr(found, keyword, value)
    for keyword in ("PatientName", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime"):
        setattr(found, keyword, "")
    found.AccessionNumber = found.ReferringPhysicianName = found.StudyID = ""
    return found


def ann(slide, kind, shapes, coordinates="2D") -> bytes:
    group = hd.ann.AnnotationGroup(
        number=1,
        uid=hd.UID(),
        label="area",
        annotated_property_category=codes.SCT.MorphologicallyAbnormalStructure,
        annotated_property_type=codes.SCT.Neoplasm,
        graphic_type=kind,
        graphic_data=shapes,
        algorithm_type="MANUAL",
    )
    out = io.BytesIO()
    hd.ann.MicroscopyBulkSimpleAnnotations(
        source_images=[slide],
        annotation_coordinate_type=coordinates,
        annotation_groups=[group],
        series_instance_uid="2.25.9",
        series_number=1,
        sop_instance_uid="2.25.8",
        instance_number=1,
        manufacturer="M",
        manufacturer_model_name="M",
        software_versions="1",
        device_serial_number="0",
    ).save_as(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "shapes", "areas"),
    [
        ("POLYGON", [TRIANGLE, BOX + 7, TRIANGLE + 20], [8, 8, 8]),
        ("RECTANGLE", [BOX, BOX + 3], [8, 8]),
        ("ELLIPSE", [ROUND], [np.pi * 25]),
    ],
)
def test_areas_come_over_with_their_code(slide, kind, shapes, areas):
    outlines = read_ann(ann(slide, kind, shapes))
    assert [o.area_px() for o in outlines] == pytest.approx(areas, rel=1e-3)
    assert {(o.name, o.code.value) for o in outlines} == {("Neoplasm", "108369006")}
    assert outlines[0].rings[0][0] == outlines[0].rings[0][-1]


def test_points_and_millimetres_are_refused(slide):
    with pytest.raises(AnnotationsRefusedError, match="no areas"):
        read_ann(ann(slide, "POINT", [np.array([(1.0, 1.0)])]))
    there = np.column_stack([BOX, np.zeros(4)])
    with pytest.raises(AnnotationsRefusedError, match="in mm"):
        read_ann(ann(slide, "POLYGON", [there], "3D"))
