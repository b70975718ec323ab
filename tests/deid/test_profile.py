"""The rule set against the standard's table, and against the modules of each SOP class."""

import io
from dataclasses import replace
from importlib.resources import files

import pydicom
import pytest
from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from renkei.deid import PseudonymKey, State, deidentify, load_profile
from renkei.deid import profile as profiles
from renkei.deid.iod import load_iods
from renkei.deid.profile import Action, BadProfileError, parse_profile
from renkei.deid.standard import load_table, looser

KEY = PseudonymKey({1: bytes(range(32))})
PROFILE = load_profile()
TEXT = (files("renkei.deid") / "profiles" / "basic.toml").read_text("utf-8")
LETTERS = {
    tag: "E" if rule.action is Action.KEEP and rule.vrs == ("SQ",) else rule.action.value
    for tag, rule in PROFILE.rules.items()
}
CT, MR, PLAN = (
    f"1.2.840.10008.5.1.4.1.1.{end}" for end in ("2", "4", "481.5")
)  # fmt: skip


def test_the_table_is_whole():
    rows = load_table()
    assert len(rows) == len({row.element for row in rows}) == 621
    assert sum(row.tag is None for row in rows) == 4
    asked = {row.element: row for row in rows}
    assert asked["PatientName"].basic == "Z"
    assert asked["StudyDate"].options == {"113106": "K", "113107": "C"}
    assert sum("113106" in row.options for row in rows) == 165
    assert sum("113105" in row.options for row in rows) == 125


def test_the_rules_do_at_least_what_each_row_asks_under_the_claimed_options():
    assert list(looser(PROFILE.codes, LETTERS)) == []


def test_each_row_that_asks_for_removal_is_missed_when_it_is_kept():
    rows = [row for row in load_table() if row.tag and row.asked(PROFILE.codes) == "X"]
    assert len(rows) > 150
    for row in rows:
        assert list(looser(PROFILE.codes, {**LETTERS, row.tag: "K"})) == [row.element]


@pytest.mark.parametrize("code", ["113103", "113104", "113105", "113107", "113108"])
def test_no_option_is_claimed_that_the_rules_do_not_need(code):
    assert list(looser(set(PROFILE.codes) - {code}, LETTERS))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"113105", ', "", "Table E.1-1 asks more for"),
        ('AS = ["PatientAge"]', 'AS = ["PatientAge"]\nPN = ["PersonName"]', "PersonName"),
        ('AS = ["PatientAge"]', 'AS = ["PatientAge"]\nLO = ["Nothing"]', "Nothing is unknown"),
        ("renkei.profile/2", "renkei.profile/1", "must say format"),
        ('"1.2.840.10008.5.1.4.1.1.2",', '"1.2.3.4",', "SOP class"),
    ],
)
def test_a_rule_set_that_does_less_or_contradicts_itself_is_not_loaded(old, new, said):
    assert old in TEXT
    with pytest.raises(BadProfileError, match=said):
        parse_profile(TEXT.replace(old, new, 1))


def test_a_kept_comment_is_less_than_the_table_asks():
    kept = TEXT.replace('"PatientComments", ', "", 1)
    kept = kept.replace('AS = ["PatientAge"]', 'AS = ["PatientAge"]\nLT = ["PatientComments"]', 1)
    with pytest.raises(BadProfileError, match="asks more for PatientComments"):
        parse_profile(kept)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"99RENKEI"]', '"99RENKEI", "99OTHER"]'),
        ('remove = ["121031"', 'remove = ["121032"'),
        ('"1.2.840.10008.5.1.4.1.1.104.5"', '"1.2.840.10008.5.1.4.1.1.104.6"'),
        ('AS = ["PatientAge"]', "AS = []"),
        ("version = 4", "version = 5"),
    ],
)
def test_the_hash_changes_with_any_of_the_data_and_not_with_the_layout(old, new):
    assert old in TEXT
    assert parse_profile(TEXT.replace(old, new, 1)).sha256 != PROFILE.sha256
    assert parse_profile(f"# another layout\n{TEXT}").sha256 == PROFILE.sha256


def test_the_hash_changes_with_the_modules(monkeypatch):
    other = replace(load_iods(), sha256="0" * 64)
    monkeypatch.setattr(profiles, "load_iods", lambda: other)
    assert parse_profile(TEXT).sha256 != PROFILE.sha256


def test_every_rule_that_keeps_has_a_place_in_some_class():
    iods = load_iods()
    placed = set().union(*iods.elements.values(), *iods.groups.values(), *iods.items.values())
    kept = {tag for tag, rule in PROFILE.rules.items() if rule.action is not Action.REMOVE}
    assert [keyword_for_tag(tag) for tag in kept - placed] == []
    assert [keyword_for_tag(tag) for tag in placed - kept] == []


def test_a_class_is_narrowed_once():
    assert PROFILE.of(CT) is PROFILE.of(CT)
    assert PROFILE.of(CT).sha256 == PROFILE.sha256
    assert len(PROFILE.of(CT).rules) < len(PROFILE.rules) / 2


@pytest.mark.parametrize(
    ("keyword", "within", "without"),
    [
        ("EchoTime", MR, CT),
        ("KVP", CT, MR),
        ("DiffusionBValue", MR, CT),
        ("RescaleSlope", MR, PLAN),
        ("BeamSequence", PLAN, CT),
        ("ContentSequence", "1.2.840.10008.5.1.4.1.1.88.33", CT),
        ("SegmentSequence", "1.2.840.10008.5.1.4.1.1.66.4", CT),
        ("GraphicAnnotationSequence", "1.2.840.10008.5.1.4.1.1.11.1", MR),
        ("NumberOfFrames", "1.2.840.10008.5.1.4.1.1.7", PLAN),
        ("SyntheticData", CT, None),
    ],
)
def test_an_element_stands_in_the_classes_whose_modules_hold_it(keyword, within, without):
    tag = tag_for_keyword(keyword)
    assert tag in PROFILE.of(within).rules
    assert without is None or tag not in PROFILE.of(without).rules


def made(sop_class, **values):
    """Return an object without a picture, or with one of two by two."""
    found = Dataset()
    found.file_meta = FileMetaDataset()
    found.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    found.SOPClassUID, found.SOPInstanceUID = sop_class, "1.2.3.4.5.6.7"
    found.StudyInstanceUID, found.SeriesInstanceUID = "1.2.3.4.5", "1.2.3.4.5.6"
    found.PatientID, found.PatientName = "4711477", "Zclass^Taro"
    if "Rows" in {keyword_for_tag(t) for t in load_iods().elements.get(sop_class, ())}:
        found.Rows = found.Columns = 2
        found.SamplesPerPixel, found.PhotometricInterpretation = 1, "MONOCHROME2"
        found.BitsAllocated = found.BitsStored = 8
        found.HighBit, found.PixelRepresentation, found.PixelData = 7, 0, b"\1\2\3\4"
        found["PixelData"].VR = "OB"
    for keyword, value in values.items():
        setattr(found, keyword, value)
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, found, enforce_file_format=True)
    return buffer.getvalue()


@pytest.mark.parametrize("sop_class", sorted(PROFILE.sop_classes))
def test_an_object_of_each_class_passes_without_what_has_no_place_in_it(sop_class):
    rules = PROFILE.of(sop_class).rules
    foreign = [
        keyword_for_tag(tag)
        for tag, rule in sorted(PROFILE.rules.items())
        if tag not in rules and rule.action is Action.KEEP and rule.vrs == ("DS",)
    ]
    assert len(foreign) > 20
    data = made(sop_class, **dict.fromkeys(foreign, "77.5"))
    result = deidentify(data, PROFILE, KEY, accept_pixels=True)
    assert (result.state, result.reasons) == (State.CLEAN, ()), UID(sop_class).name
    assert result.counts["out_of_place"] == len(foreign)
    assert b"77.5" in data
    assert b"77.5" not in result.data


def test_what_stands_in_the_wrong_sequence_goes():
    beam, mask = Dataset(), Dataset()
    beam.BeamNumber, beam.EchoTime, beam.BeamSequence = 7, "77.5", [mask]
    mask.BeamNumber = 4711
    data = made(PLAN, BeamSequence=[beam])
    found = pydicom.dcmread(io.BytesIO(deidentify(data, PROFILE, KEY).data))
    assert [element.keyword for element in found.BeamSequence[0]] == ["BeamNumber"]


def test_a_sequence_that_loses_every_item_goes_and_an_empty_one_stays():
    local = Dataset()
    local.CodeValue, local.CodingSchemeDesignator, local.CodeMeaning = "Z1", "99LOCAL", "Zward"
    values = {"ProcedureCodeSequence": [local], "AnatomicRegionSequence": []}
    found = pydicom.dcmread(io.BytesIO(deidentify(made(CT, **values), PROFILE, KEY).data))
    assert "ProcedureCodeSequence" not in found
    assert list(found.AnatomicRegionSequence) == []


@pytest.mark.parametrize("sop_class", sorted(PROFILE.documents))
def test_a_document_in_an_object_is_held_for_a_person(sop_class):
    data = made(
        sop_class, EncapsulatedDocument=b"%PDF-1.4 Zpaper\n", MIMETypeOfEncapsulatedDocument="x"
    )
    result = deidentify(data, PROFILE, KEY, accept_pixels=True)
    assert (result.state, result.reasons, result.data) == (
        State.HELD, ("encapsulated_document",), None,
    )  # fmt: skip


def test_the_vr_of_each_rule_is_one_of_the_dictionary():
    for tag, rule in PROFILE.rules.items():
        assert set(rule.vrs) <= set(dictionary_VR(tag).split(" or ")), keyword_for_tag(tag)
