"""Measurements as OHIF writes them become marks in millimetres, by the slice that they name."""

from io import BytesIO

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from renkei.annotate.given import MeasurementRefusedError, read_given
from renkei.annotate.marks import MarkKind, measured
from renkei.annotate.named import UnnamedSegmentError
from renkei.annotate.reencode import read_returned
from renkei.annotate.vocabulary import load_vocabulary
from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume

WORDS = load_vocabulary("abdomen-ct")
UIDS = ("2.25.11", "2.25.12", "2.25.13")
GRID = Volume(
    np.zeros((3, 8, 8), np.int16),
    Geometry((3, 8, 8), (5.0, 0.5, 0.8), (-10.0, 20.0, 30.0)),
    "CT",
    sop_uids=UIDS,
)


def code(value: str, meaning: str, scheme: str = "DCM") -> Dataset:
    found = Dataset()
    found.CodeValue, found.CodingSchemeDesignator, found.CodeMeaning = value, scheme, meaning
    return found


def item(kind: str, name: Dataset | None, *below: Dataset, **values: object) -> Dataset:
    made = Dataset()
    made.ValueType = kind
    if name is not None:
        made.ConceptNameCodeSequence = [name]
    for keyword, value in values.items():
        setattr(made, keyword, value)
    if below:
        made.ContentSequence = list(below)
    return made


def line(points: list[float], uid: str, name: Dataset) -> Dataset:
    reference = Dataset()
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = "1.2.840.10008.1.1", uid
    image = item("IMAGE", None, ReferencedSOPSequence=[reference])
    scoord = item("SCOORD", None, image, GraphicType="POLYLINE", GraphicData=points)
    return item("NUM", name, scoord)


def report(tool: str, label: str, *lines: Dataset) -> bytes:
    """Return a report with one measurement as OHIF writes it, but for a code that is too long."""
    group = item(
        "CONTAINER",
        code("125007", "Measurement Group"),
        item("TEXT", code("112039", "Tracking"), TextValue=f"Cornerstone3DTools@^0.1.0:{tool}"),
        item("UIDREF", code("112040", "Tracking UID"), UID="2.25.99"),
        item(
            "CODE",
            code("121071", "Finding"),
            ConceptCodeSequence=[code("FREETEXT", label, "CORNERSTONEJS")],
        ),
        *lines,
    )
    made = Dataset()
    made.SOPClassUID, made.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.88.34", "2.25.5"
    made.SeriesInstanceUID, made.Modality = "2.25.6", "SR"
    made.SpecificCharacterSet = "ISO_IR 192"
    made.ContentSequence = [item("CONTAINER", code("126010", "Imaging Measurements"), group)]
    made.file_meta = FileMetaDataset()
    made.file_meta.MediaStorageSOPClassUID = made.SOPClassUID
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    out = BytesIO()
    made.save_as(out, enforce_file_format=True)
    return out.getvalue()


LENGTH = code("410668003", "Length", "SCT")


def test_a_length_lies_on_the_slice_that_it_names() -> None:
    data = report("Length", "Lesion", line([1.5, 2.5, 5.5, 2.5], UIDS[2], LENGTH))
    ((name, mark),) = read_given(data, GRID, WORDS)
    assert (name, mark.kind, mark.key) == ("2.25.99", MarkKind.RULER, "lesion")
    # The centre of pixel (column 1, row 2) is 1.5, 2.5 in SCOORD.
    assert mark.points[0] == pytest.approx(GRID.geometry.point(2, 2, 1))
    assert measured(mark, GRID.geometry).values["length_mm"] == pytest.approx(4 * 0.8)


def test_the_long_axis_comes_first_whatever_the_order() -> None:
    short = line([3.5, 1.5, 3.5, 3.5], UIDS[0], code("G-A186", "Short Axis", "SRT"))
    long = line([1.5, 2.5, 6.5, 2.5], UIDS[0], code("G-A185", "Long Axis", "SRT"))
    data = report("Bidirectional", WORDS.term("lesion").ja, short, long)
    ((_, mark),) = read_given(data, GRID, WORDS)
    assert mark.points[0] == pytest.approx(GRID.geometry.point(0, 2, 1))
    assert mark.points[2] == pytest.approx(GRID.geometry.point(0, 1, 3))


@pytest.mark.parametrize(
    ("tool", "label", "uid", "error"),
    [
        ("Length", "no such thing", UIDS[0], UnnamedSegmentError),
        ("Length", "lesion", "2.25.404", MeasurementRefusedError),
        ("Livewire", "lesion", UIDS[0], MeasurementRefusedError),
    ],
)
def test_what_cannot_be_taken_is_refused(
    tool: str, label: str, uid: str, error: type[Exception]
) -> None:
    data = report(tool, label, line([1.5, 2.5, 5.5, 2.5], uid, LENGTH))
    with pytest.raises(error):
        read_given(data, GRID, WORDS)


def test_a_foreign_object_is_named_and_refused() -> None:
    image = {
        "shape": [3, 8, 8],
        "spacing": [5.0, 0.5, 0.8],
        "origin": [0.0, 0.0, 0.0],
        "direction": [1, 0, 0, 0, 1, 0, 0, 0, 1],
        "modality": "CT",
        "sop_uids": list(UIDS),
    }
    data = report("Length", "lesion", line([1.5, 2.5, 5.5, 2.5], UIDS[0], LENGTH))
    came = read_returned(data, image, WORDS.reference, "root")
    # The report names the real objects, which nobody below a root knows.
    assert came.sop_uid == "2.25.5"
    assert isinstance(came.refused, MeasurementRefusedError)
    assert not came.marks
