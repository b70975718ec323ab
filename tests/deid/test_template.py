"""The template of a series gives the bytes that the exact path gives, or it does not answer."""

import io
import random

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from tests.deid.planted import SAMPLES

from renkei.deid import (
    PseudonymKey,
    Series,
    State,
    deidentify,
    encode,
    known,
    load_profile,
    series,
    template,
)
from renkei.deid.run import Rules, deidentify_file
from renkei.deid.splice import Asked, Made, rewrite
from renkei.deid.template import Template

ASKED = Asked(load_profile(), PseudonymKey({1: bytes(range(32))}))
MR = SAMPLES / "mr_dicom"


def small(number: int, *, implicit: bool = False, group: int = 1) -> Dataset:
    """Return a real MR header over a picture of 8 × 8, as one slice of a series."""
    ds = pydicom.dcmread(MR / "brain_002.dcm")
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.Rows = ds.Columns = 8
    ds.PixelData = bytes(range(128))
    ds.SeriesInstanceUID, ds.PatientID = f"1.2.3.{group}", "0090417723"
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.{group}.{number + 1}"
    ds.InstanceNumber = number + 1
    ds.SliceLocation = f"{number * 1.5:.2f}"
    syntax = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    ds.file_meta.TransferSyntaxUID = syntax
    return ds


def packed(ds: Dataset) -> bytes:
    buffer = io.BytesIO()
    implicit = ds.file_meta.TransferSyntaxUID == ImplicitVRLittleEndian
    pydicom.dcmwrite(buffer, ds, implicit_vr=implicit, little_endian=True, enforce_file_format=True)
    return buffer.getvalue()


def both(data: bytes, cache: Series) -> State:
    """Clean by the cache and by the exact path; they must say the same."""
    result, parts = cache.clean(data, ASKED)
    made = rewrite(data, ASKED)
    if isinstance(made, Made):
        assert (result, b"".join(parts)) == (made.result, b"".join(made.parts))
    else:
        assert (result, parts) == (made, [])
    return result.state


@pytest.fixture
def answered(monkeypatch):
    """Count how often a template answers."""
    counts = {"template": 0}
    apply = Template.apply

    def counted(self, data):
        done = apply(self, data)
        counts["template"] += done is not None
        return done

    monkeypatch.setattr(Template, "apply", counted)
    return counts


@pytest.mark.parametrize("folder", ["mr_dicom", "ct_dicom"])
def test_a_real_series_takes_the_template_and_gives_the_same_bytes(folder, answered):
    cache = Series()
    for path in sorted((SAMPLES / folder).glob("*.dcm")):
        assert both(path.read_bytes(), cache) is State.CLEAN
    assert answered["template"] >= 16


def test_hundreds_of_mixed_objects_give_the_bytes_of_the_exact_path(answered, monkeypatch):
    monkeypatch.setattr(series, "faults", lambda _data, _profile: ())  # test_splice reads them
    chance, cache = random.Random(4), Series()
    states = [both(packed(_mixed(n, chance)), cache) for n in range(300)]
    assert states.count(State.CLEAN) > 280
    assert answered["template"] > 80
    assert len(cache._templates) <= series.CAP


def _mixed(number: int, chance: random.Random) -> Dataset:
    group = chance.randrange(4)
    ds = small(number, implicit=group == 3, group=group)
    block = ds.private_block(0x0099, "KAKUU", create=True)
    block.add_new(1, "LO", "x" * chance.randrange(12))
    if chance.random() < 0.1:
        ds.ContentTime = f"12{chance.randrange(60):02d}00.{chance.randrange(999)}"
    if chance.random() < 0.05:
        ds.PatientName = chance.choice(["Other^One", "山寺^太郎", "Zneu^Name"])
    if chance.random() < 0.05:
        ds.SeriesDescription = chance.choice(["AX T1", "for Zneu", "ID 90417723", ""])
    if chance.random() < 0.1:
        step = Dataset()
        step.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
        step.ReferencedSOPInstanceUID = f"1.2.3.9.{chance.randrange(50)}"
        if chance.random() < 0.3:
            step.PatientName = "Znested^Name"
        ds.ReferencedImageSequence = Sequence([step])
    if chance.random() < 0.05:
        del ds[chance.choice(["SliceLocation", "EchoTime", "SOPInstanceUID", "Rows"])]
    if chance.random() < 0.05:
        ds.BitsStored, ds.HighBit = 4, 3
    if chance.random() < 0.05:
        ds.ImageType = ["DERIVED", "SECONDARY", chance.choice(["MPR", "SCREEN SAVE"])]
    return ds


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_slice_changed_anywhere_gives_the_bytes_of_the_exact_path(data):
    cache = Series()
    for number in range(3):
        both(packed(small(number)), cache)
    changed = bytearray(packed(small(7)))
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del changed[data.draw(st.integers(132, len(changed))) :]
    both(bytes(changed), cache)


def test_a_name_that_appears_in_a_later_slice_is_known_there(answered):
    cache = Series()
    for number in range(3):
        both(packed(small(number)), cache)
    before = answered["template"]
    late = small(4)
    late.OperatorsName = "Zspaet^Eva"
    late.SeriesDescription = "AX by Zspaet"
    assert both(packed(late), cache) is State.CLEAN
    assert answered["template"] == before
    result = deidentify(packed(late), ASKED.profile, ASKED.key, series=cache)
    assert b"Zspaet" not in result.data


def test_another_patient_or_key_never_gets_this_ones_template(answered):
    cache = Series()
    for number in range(4):
        cache.clean(packed(small(number)), ASKED)
    before = answered["template"]
    others = [
        Asked(ASKED.profile, PseudonymKey({1: bytes(32)})),
        Asked(ASKED.profile, ASKED.key, patient="77123"),
        Asked(ASKED.profile, ASKED.key, known=known(names=["Zextern^Paul"])),
    ]
    data = packed(small(9))
    for other in others:
        made = rewrite(data, other)
        assert b"".join(cache.clean(data, other)[1]) == b"".join(made.parts)
    assert answered["template"] == before


def test_a_template_that_differs_from_the_exact_path_holds_the_file(monkeypatch):
    cache = Series()
    for number in range(2):
        cache.clean(packed(small(number)), ASKED)
    apply = Template.apply

    def wrong(self, data):
        result, parts = apply(self, data)
        return result, [parts[0], *parts[1:-1], parts[-1][:-1], b"\1"]

    monkeypatch.setattr(Template, "apply", wrong)
    result, parts = cache.clean(packed(small(2)), ASKED)
    assert (result.state, result.reasons, parts) == (State.HELD, ("template_differs",), [])
    assert cache._templates == []


@pytest.mark.parametrize(
    ("tag", "text"),
    [(0x00180024, b"90417723"), (0x00291010, b"private"), (0x00101040, b"Zaddress")],
)
def test_a_template_never_answers_with_an_identifier_or_an_unlisted_element(
    tag, text, answered, monkeypatch
):
    cache = Series()
    for number in range(3):
        cache.clean(packed(small(number)), ASKED)
    before = answered["template"]
    assert before
    kept = template.clean_elements

    def leaks(elements, cleaner, charsets=()):
        return kept(elements, cleaner, charsets) | {tag: encode.element(tag, "SH", text)}

    monkeypatch.setattr(template, "clean_elements", leaks)
    result, parts = cache.clean(packed(small(5)), ASKED)
    assert (result.state, answered["template"]) == (State.CLEAN, before)
    assert text not in parts[0]


def test_files_and_bytes_go_the_same_way(tmp_path, answered):
    rules = Rules(ASKED.profile, ASKED.key)
    for number in range(4):
        path, part = tmp_path / f"{number}.dcm", tmp_path / "part"
        path.write_bytes(packed(small(number)))
        result = deidentify_file(path, part, rules)
        alone = deidentify(path.read_bytes(), ASKED.profile, ASKED.key)
        assert part.read_bytes() == alone.data
        assert (result.name, result.counts) == (alone.name, alone.counts)
        from blake3 import blake3

        assert result.blake3 == blake3(alone.data).hexdigest()
    assert answered["template"] == 2
