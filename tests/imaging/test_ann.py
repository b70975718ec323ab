"""Microscopy annotations, written by highdicom, become outlines."""

import io

import highdicom as hd
import numpy as np
import pytest
import shapely
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes

from renkei.imaging.ann import AnnotationsRefusedError, read_ann
from renkei.imaging.annwrite import ann_losses, write_ann
from renkei.imaging.codes import NEOPLASM, Code
from renkei.imaging.outlines import Kind, Outline

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


def test_points_and_lines_of_two_places_come_over(slide):
    (mark,) = read_ann(ann(slide, "POINT", [np.array([(1.0, 2.0)])]))
    assert (mark.kind, mark.rings) == (Kind.POINT, (((1.0, 2.0),),))
    (ruler,) = read_ann(ann(slide, "POLYLINE", [TRIANGLE[:2]]))
    assert (ruler.kind, ruler.rings) == (Kind.RULER, (((1.0, 1.0), (5.0, 1.0)),))


def test_what_is_written_comes_back_exactly_and_holes_are_cut(slide):
    drawn = [
        Outline("tumour", ((*map(tuple, TRIANGLE + 0.125), (1.125, 1.125)),)),
        Outline("tumour", ((*map(tuple, BOX), (0.0, 0.0)),), kind=Kind.RECTANGLE),
        Outline("mitosis", (((1.1, 2.2),),), kind=Kind.POINT),
        Outline("mitosis", (((3.3, 4.4),),), kind=Kind.POINT),
        Outline("tumour", (((0.0, 0.0), (3.0, 4.0)),), kind=Kind.RULER),
    ]
    codes = {"tumour": NEOPLASM, "mitosis": Code("SCT", "46774001", "Mitosis")}
    data = write_ann(drawn, slide, codes)
    found = read_ann(data)
    key = {code.value: name for name, code in codes.items()}
    there = {(key[o.code.value], o.kind, o.rings) for o in found}
    assert there == {(o.name, o.kind, o.rings) for o in drawn}
    assert ann_losses(drawn) == ()
    written = dcmread(io.BytesIO(data))
    assert written.PixelOriginInterpretation == "VOLUME"
    ring = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0), (0.0, 0.0))
    holes = [tuple((x / 9 + n, y / 9 + 3) for x, y in ring) for n in (2, 5, 7)]
    holed = Outline("tumour", (ring, *holes), parent="x")
    scope = Outline("tumour", (ring,), kind=Kind.ANNOTATED)
    pieces = read_ann(write_ann([holed, scope], slide, codes))
    assert len(pieces) > 1
    assert sum(o.area_px() for o in pieces) == pytest.approx(holed.area_px())
    parts = shapely.union_all([shapely.Polygon(o.rings[0]) for o in pieces])
    assert parts.symmetric_difference(shapely.Polygon(ring, holes)).area == pytest.approx(0)
    assert len(ann_losses([holed, scope])) == 3
    with pytest.raises(AnnotationsRefusedError, match="nothing"):
        write_ann([scope], slide, codes)


def test_millimetres_are_refused(slide):
    there = np.column_stack([BOX, np.zeros(4)])
    with pytest.raises(AnnotationsRefusedError, match="in mm"):
        read_ann(ann(slide, "POLYGON", [there], "3D"))
