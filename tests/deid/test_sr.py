"""Structured reports and presentation states: no name, no text, no dangling reference."""

import io

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian
from tests.deid.planted import SAMPLES, stands

from renkei.deid import PseudonymKey, State, deidentify, load_profile, map_uid

KEY = PseudonymKey({1: bytes(range(32))})
IMAGE = SAMPLES / "rt" / "ct.0.dcm"
SR, PR = "1.2.840.10008.5.1.4.1.1.88.33", "1.2.840.10008.5.1.4.1.1.11.1"
BIRTH = "19520318"


def code(value, meaning="Concept"):
    found = Dataset()
    found.CodeValue, found.CodingSchemeDesignator, found.CodeMeaning = value, "DCM", meaning
    return Sequence([found])


def content(kind, concept, **values):
    found = Dataset()
    found.RelationshipType, found.ValueType = "CONTAINS", kind
    found.ConceptNameCodeSequence = code(concept)
    for keyword, value in values.items():
        setattr(found, keyword, value)
    return found


def reference():
    image, found = pydicom.dcmread(IMAGE, stop_before_pixels=True), Dataset()
    found.ReferencedSOPClassUID = image.SOPClassUID
    found.ReferencedSOPInstanceUID = image.SOPInstanceUID
    return Sequence([found])


def document(sop_class, **values):
    image, found = pydicom.dcmread(IMAGE, stop_before_pixels=True), Dataset()
    for keyword in ("PatientID", "StudyInstanceUID", "StudyDate"):
        setattr(found, keyword, image[keyword].value if keyword in image else "")
    found.PatientID = found.PatientID or "4711477"
    found.PatientName, found.PatientBirthDate = "Zreport^Taro", BIRTH
    found.SOPClassUID, found.SOPInstanceUID = sop_class, "1.2.3.4.5.6"
    found.SeriesInstanceUID = "1.2.3.4.5"
    for keyword, value in values.items():
        setattr(found, keyword, value)
    found.file_meta = pydicom.dataset.FileMetaDataset()
    found.file_meta.MediaStorageSOPClassUID = sop_class
    found.file_meta.MediaStorageSOPInstanceUID = found.SOPInstanceUID
    found.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, found, enforce_file_format=True)
    return buffer.getvalue()


def report():
    items = [
        content("PNAME", "121008", PersonName="Zobserver^Anna"),
        content("TEXT", "121009", TextValue="Zorganisation Kakuu"),
        content("DATE", "121031", Date=BIRTH),
        content("TEXT", "121071", TextValue="Nodule, seen with Zcolleague"),
        content("NUM", "121206", MeasuredValueSequence=[]),
        content("IMAGE", "260753009", ReferencedSOPSequence=reference()),
    ]
    inner = content("CONTAINER", "121070", ContentSequence=Sequence(items))
    return document(SR, ContentSequence=Sequence([inner]), VerificationFlag="UNVERIFIED")


def drawing():
    text, note = Dataset(), Dataset()
    text.UnformattedTextValue = "Zdrawer 12 mm"
    note.TextObjectSequence, note.ReferencedImageSequence = Sequence([text]), reference()
    return document(PR, GraphicAnnotationSequence=Sequence([note]))


@pytest.mark.parametrize(
    ("data", "markers"),
    [
        (report(), ["Zobserver", "Zorganisation", "Zcolleague", "Zreport", BIRTH]),
        (drawing(), ["Zdrawer", "Zreport", BIRTH]),
    ],
    ids=["sr", "pr"],
)
def test_no_name_and_no_text_is_left_and_the_reference_is_mapped(data, markers):
    assert all(stands(data, marker) for marker in markers)
    result = deidentify(data, load_profile(), KEY)
    assert (result.state, [m for m in markers if stands(result.data, m)]) == (State.CLEAN, [])
    image = str(pydicom.dcmread(IMAGE, stop_before_pixels=True).SOPInstanceUID)
    assert map_uid(KEY, image).encode() in result.data
    assert not stands(result.data, image)


def test_the_items_stay_but_for_the_birth_date():
    found = pydicom.dcmread(io.BytesIO(deidentify(report(), load_profile(), KEY).data))
    kinds = [item.ValueType for item in found.ContentSequence[0].ContentSequence]
    assert kinds == ["PNAME", "TEXT", "TEXT", "NUM", "IMAGE"]
    assert found.VerificationFlag == "UNVERIFIED"


def test_a_second_run_gives_the_same_bytes():
    one, two = (deidentify(report(), load_profile(), KEY).data for _ in range(2))
    assert one == two


def measured(value, unit):
    found = Dataset()
    found.MeasurementUnitsCodeSequence = code(unit)
    found.MeasurementUnitsCodeSequence[0].CodingSchemeDesignator = "UCUM"
    found.NumericValue = value
    return Sequence([found])


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [
        ("89", "a", 89),
        ("90", "a", 90),
        ("104.5", "a", 90),
        ("1067", "mo", 1067),
        ("1188", "mo", 1080),
        ("40000", "d", 32872),
        ("95", "1", None),
    ],
)
def test_an_age_in_a_report_ends_at_90_years(value, unit, told):
    item = content("NUM", "121033", MeasuredValueSequence=measured(value, unit))
    data = document(SR, ContentSequence=Sequence([item]))
    found = pydicom.dcmread(io.BytesIO(deidentify(data, load_profile(), KEY).data))
    items = found.get("ContentSequence", [])
    assert [int(i.MeasuredValueSequence[0].NumericValue) for i in items] == (
        [] if told is None else [told]
    )
