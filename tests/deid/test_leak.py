"""More than six hundred invented identities, each in a place of its own: none may come out."""

import io
import zlib
from collections.abc import Iterator

import imagecodecs
import numpy as np
import pydicom
import pytest
from pydicom._dicom_dict import DicomDictionary
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
)
from tests.deid.planted import SAMPLES, plant, stands

from renkei.deid import Kind, PseudonymKey, State, deidentify, load_profile
from renkei.deid.profile import Action
from renkei.deid.run import Rules, deidentify_file

KEY = PseudonymKey({1: bytes(range(32))})
PROFILE = load_profile()
MR, CT = SAMPLES / "mr_dicom" / "brain_002.dcm", SAMPLES / "ct_dicom" / "slice_01.dcm"
WORDS = {"LO", "SH", "PN", "LT", "ST", "UT", "UC", "AE"}
NAMES = {
    "ISO_IR 13": "ﾔﾏﾃﾞﾗ^ﾀﾛｳｻﾞ",
    "ISO 2022 IR 6\\ISO 2022 IR 87": "Zhidari^Kaku=左右田^架空斎",
    "ISO 2022 IR 6\\ISO 2022 IR 87\\ISO 2022 IR 159": "Zhidari^Kaku=左右田^架空斎",
    "ISO_IR 192": "Zhidari^Kaku=左右田^架空斎",
    "GB18030": "Zhidari^Kaku=欧阳^虚构",
}  # fmt: skip


def packed(ds: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    buffer = io.BytesIO()
    ds.file_meta.TransferSyntaxUID = syntax
    pydicom.dcmwrite(buffer, ds, enforce_file_format=True)
    return buffer.getvalue()


def everywhere(ds: Dataset) -> list[str]:
    """Write a marker of its own into every text element that the profile does not clean."""
    cleaned = {Action.KEEP, Action.CLEAN}
    markers = []
    for tag, (vr, _, _, retired, _) in DicomDictionary.items():
        rule = PROFILE.rules.get(tag)
        if vr not in WORDS or tag >> 16 in {0, 2, 4} or (rule and rule.action in cleaned):
            continue
        if tag in {0x00100010, 0x00100020} or (retired and tag >> 16 == 0x0028):
            continue
        markers.append(f"Zq{tag:08x}k")
        ds.add_new(tag, vr, markers[-1])
    for group in range(0x5000, 0x6020, 2):
        if group < 0x5020 or group >= 0x6000:
            markers.append(f"Zgroup{group:04x}k")
            ds.add_new(group << 16 | 0x0022, "LO", markers[-1])
            ds.add_new(group << 16 | 0x3000, "OB", f"Zdata{group:04x}k ".encode())
            markers.append(f"Zdata{group:04x}k")
    return markers


def decoded(ds: Dataset) -> Iterator[str]:
    yield from (str(element.value) for element in ds.iterall() if element.VR != "SQ")


@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian]
)
def test_none_of_six_hundred_markers_is_left_in_bytes_values_or_name(syntax):
    ds = pydicom.dcmread(MR)
    markers = everywhere(ds)
    assert len(markers) == len(set(markers)) >= 600
    data = packed(ds, syntax)
    plain = zlib.decompress(data[_body(data) :], -15) if syntax.is_deflated else data
    assert [m for m in markers if m.encode() not in plain] == []
    result = deidentify(data, PROFILE, KEY)
    assert result.state is State.CLEAN
    found = pydicom.dcmread(io.BytesIO(result.data))
    values = "\n".join(decoded(found)) + result.name
    assert [m for m in markers if m.encode().lower() in result.data.lower() or m in values] == []


def _body(data: bytes) -> int:
    return 144 + int.from_bytes(data[140:144], "little")


def test_none_of_the_planted_identities_stands_in_a_decoded_value():
    planted = plant(MR)
    result = deidentify(planted.data, PROFILE, KEY)
    values = "\n".join(decoded(pydicom.dcmread(io.BytesIO(result.data)))).lower()
    assert [m for m in planted.markers if m.lower() in values] == []


@pytest.mark.parametrize(("charset", "name"), NAMES.items())
def test_a_name_in_each_character_set_goes_from_every_text(charset, name):
    ds = pydicom.dcmread(MR)
    ds.SpecificCharacterSet = charset.split("\\")
    ds.PatientName = name
    parts = [part for group in name.split("=") for part in group.split("^")]
    # pydicom cannot mix Latin letters with half-width kana; a scanner does.
    mixed = "MR {} 2" if charset != "ISO_IR 13" else "{}"
    ds.StudyDescription = mixed.format(parts[-2])
    ds.SeriesDescription = mixed.format(f"{parts[-1]}")
    data = packed(ds)
    before = pydicom.dcmread(io.BytesIO(data))
    assert str(before.PatientName) == name
    assert parts[-2] in before.StudyDescription
    result = deidentify(data, PROFILE, KEY)
    assert result.state is State.CLEAN
    values = "\n".join(decoded(pydicom.dcmread(io.BytesIO(result.data))))
    assert [p for p in parts if p in values or stands(result.data, p)] == []


def _with_segment(stream: bytes, marker: int, text: bytes) -> bytes:
    """Put a comment behind the first segment after the start of the image."""
    at = 4 + int.from_bytes(stream[4:6], "big")
    segment = b"\xff" + bytes([marker]) + (len(text) + 2).to_bytes(2, "big") + text
    return stream[:at] + segment + stream[at:]


def test_a_comment_in_a_jpeg_2000_stream_goes_and_the_picture_stays():
    ds = pydicom.dcmread(CT)
    before = ds.pixel_array
    stream = next(pydicom.encaps.generate_frames(ds.PixelData, number_of_frames=1))
    ds.PixelData = encapsulate([_with_segment(stream, 0x64, b"\0\1Zcomment-Akazie")])
    data = packed(ds, ds.file_meta.TransferSyntaxUID)
    assert b"Zcomment-Akazie" in data
    result = deidentify(data, PROFILE, KEY)
    assert "comments_removed" in result.reasons
    assert b"Zcomment-Akazie" not in result.data
    assert np.array_equal(pydicom.dcmread(io.BytesIO(result.data)).pixel_array, before)


@pytest.mark.parametrize("marker", [0xFE, 0xE1, 0xED])
def test_comments_and_application_segments_of_a_jpeg_go(marker):
    ds = pydicom.dcmread(MR)
    picture = (np.arange(64 * 64).reshape(64, 64) % 251).astype(np.uint8)
    ds.Rows = ds.Columns = 64
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
    stream = _with_segment(imagecodecs.jpeg8_encode(picture), marker, b"Zjpegtext-Platane")
    ds.PixelData = encapsulate([stream])
    data = packed(ds, JPEGBaseline8Bit)
    assert b"Zjpegtext-Platane" in data
    result = deidentify(data, PROFILE, KEY)
    assert result.state is State.CLEAN
    assert b"Zjpegtext-Platane" not in result.data


def test_big_endian_keeps_the_picture_and_loses_the_name():
    ds = pydicom.dcmread(MR)
    before = ds.pixel_array
    ds.StudyDescription = "Head of Zgross"
    ds.PatientName = "Zgross^Endian"
    ds.PixelData = before.astype(">u2").tobytes()
    buffer = io.BytesIO()
    ds.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    pydicom.dcmwrite(buffer, ds, implicit_vr=False, little_endian=False)
    assert b"Zgross" in buffer.getvalue()
    result = deidentify(buffer.getvalue(), PROFILE, KEY)
    assert (result.state, result.reasons) == (State.CLEAN, ())
    found = pydicom.dcmread(io.BytesIO(result.data))
    assert found.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert np.array_equal(found.pixel_array, before)
    assert b"Zgross" not in result.data


@pytest.mark.parametrize("start", [0, 128, 132])
def test_an_object_without_its_file_meta_is_read_all_the_same(start):
    """As a PACS exports it: the data set alone, with a bare preamble, or with `DICM` alone."""
    ds = pydicom.dcmread(MR)
    data = packed(ds)
    body = data[_body(data) :]
    bare = {0: body, 128: None, 132: bytes(128) + b"DICM" + body}[start]
    if bare is None:
        assert deidentify(bytes(128) + body, PROFILE, KEY).reasons == ("not_dicom",)
        return
    result = deidentify(bare, PROFILE, KEY)
    whole = deidentify(data, PROFILE, KEY)
    assert (result.state, result.sop_uid) == (State.CLEAN, whole.sop_uid)
    assert np.array_equal(pydicom.dcmread(io.BytesIO(result.data)).pixel_array, ds.pixel_array)


def test_a_file_that_is_a_data_set_alone_is_taken(tmp_path):
    data = packed(pydicom.dcmread(MR))
    path, part = tmp_path / "bare", tmp_path / "part"
    path.write_bytes(data[_body(data) :])
    result = deidentify_file(path, part, Rules(PROFILE, KEY))
    assert (result.kind, result.state) == (Kind.DICOM, State.CLEAN)
    assert pydicom.dcmread(part).SOPInstanceUID == result.sop_uid


def test_a_transfer_syntax_that_nobody_registered_holds_the_file():
    data = packed(pydicom.dcmread(MR)).replace(b"1.2.840.10008.1.2.1\0", b"1.2.90417723.1952.03")
    result = deidentify(data, PROFILE, KEY)
    assert (result.state, result.reasons) == (State.HELD, ("transfer_syntax",))
