"""Whole objects through the door: nothing of the identity left, pixels and references intact."""

import io

import numpy as np
import pydicom
import pytest
from pydicom.uid import ImplicitVRLittleEndian
from tests.deid.planted import PATIENT_ID, SAMPLES, overlong_pixels, plant, stands

from renkei.deid import PseudonymKey, State, deidentify, encode, load_profile, map_uid, splice

KEY = PseudonymKey({1: bytes(range(32))})
PROFILE = load_profile()
MR = SAMPLES / "mr_dicom" / "brain_002.dcm"
CT = SAMPLES / "ct_dicom" / "slice_01.dcm"
RTSTRUCT = SAMPLES / "rt" / "rtss.dcm"
IR87 = "ISO 2022 IR 6\\ISO 2022 IR 87"


def read(data: bytes | None) -> pydicom.Dataset:
    assert data is not None
    return pydicom.dcmread(io.BytesIO(data))


@pytest.mark.parametrize("charset", ["ISO_IR 192", IR87, "ISO 2022 IR 13\\ISO 2022 IR 87"])
@pytest.mark.parametrize("path", [MR, CT], ids=["mr", "ct"])
def test_no_planted_identity_is_left(path, charset):
    planted = plant(path, charset=charset)
    present = [m for m in planted.markers if stands(planted.data, m)]
    assert len(present) >= 80
    result = deidentify(planted.data, PROFILE, KEY)
    assert result.state is State.CLEAN
    assert [m for m in present if stands(result.data, m)] == []
    assert [m for m in present if stands(result.name.encode(), m)] == []


def test_every_marker_is_in_the_input():
    planted = plant(MR)
    assert [m for m in planted.markers if not stands(planted.data, m)] == []


def test_useful_words_of_a_descriptor_stay():
    found = read(deidentify(plant(MR).data, PROFILE, KEY).data)
    assert found.SeriesDescription == "AX T2"
    assert found.ProtocolName == "脳"


@pytest.mark.parametrize("path", [MR, CT], ids=["native", "jpeg2000"])
def test_pixels_are_the_same(path):
    before = pydicom.dcmread(path).pixel_array
    after = read(deidentify(path.read_bytes(), PROFILE, KEY).data).pixel_array
    assert np.array_equal(before, after)


def test_a_second_run_gives_the_same_bytes():
    data = plant(CT).data
    assert deidentify(data, PROFILE, KEY).data == deidentify(data, PROFILE, KEY).data


def test_implicit_vr_gives_the_same_elements_as_explicit():
    ds = pydicom.dcmread(MR)
    buffer = io.BytesIO()
    ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    pydicom.dcmwrite(buffer, ds, implicit_vr=True, little_endian=True)
    implicit = read(deidentify(buffer.getvalue(), PROFILE, KEY).data)
    explicit = read(deidentify(MR.read_bytes(), PROFILE, KEY).data)
    assert implicit == explicit


def test_empty_uids_are_derived_and_the_result_says_so():
    results = [
        deidentify(path.read_bytes(), PROFILE, KEY)
        for path in sorted((SAMPLES / "ct_dicom").glob("*.dcm"))
    ]
    assert {r.series_uid for r in results} == {results[0].series_uid}
    assert len({r.sop_uid for r in results}) == 20
    assert {"uid_from_file_meta", "study_uid_derived", "series_uid_derived"} <= set(
        results[0].reasons
    )


def test_references_of_a_structure_set_point_at_the_mapped_image():
    image = deidentify((SAMPLES / "rt" / "ct.0.dcm").read_bytes(), PROFILE, KEY)
    source = pydicom.dcmread(RTSTRUCT)
    found = read(deidentify(RTSTRUCT.read_bytes(), PROFILE, KEY).data)
    assert (
        found.FrameOfReferenceUID == map_uid(KEY, source.FrameOfReferenceUID)
        if ("FrameOfReferenceUID" in source)
        else True
    )
    before, after = (
        [
            str(item.ReferencedSOPInstanceUID)
            for frame in ds.ReferencedFrameOfReferenceSequence
            for study in frame.RTReferencedStudySequence
            for series in study.RTReferencedSeriesSequence
            for item in series.ContourImageSequence
        ]
        for ds in (source, found)
    )
    assert after == [map_uid(KEY, uid) for uid in before]
    original = pydicom.dcmread(SAMPLES / "rt" / "ct.0.dcm").SOPInstanceUID
    assert image.sop_uid == map_uid(KEY, original)


def test_words_behind_the_picture_and_above_its_bits_go():
    planted = overlong_pixels(MR)
    result = deidentify(planted.data, PROFILE, KEY)
    assert {"pixels_clamped", "unused_bits_cleared"} <= set(result.reasons)
    assert not stands(result.data, planted.markers[0])
    assert int(read(result.data).pixel_array.max()) < 4096


def test_the_output_says_what_was_done():
    found = read(deidentify(MR.read_bytes(), PROFILE, KEY).data)
    assert found.PatientIdentityRemoved == "YES"
    assert found.LongitudinalTemporalInformationModified == "MODIFIED"
    assert PROFILE.sha256[:32] in found.DeidentificationMethod
    codes = [item.CodeValue for item in found.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113103", "113104", "113105", "113107", "113108", "113111"]


def test_the_synthetic_mark_stays():
    ds = pydicom.dcmread(MR)
    ds.add_new(0x0008001C, "CS", "YES")
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, ds)
    assert read(deidentify(buffer.getvalue(), PROFILE, KEY).data)[0x0008001C].value == "YES"


def test_all_dates_of_a_patient_move_by_the_same_whole_weeks():
    before, after = pydicom.dcmread(CT), read(deidentify(CT.read_bytes(), PROFILE, KEY).data)
    moved = {
        (pydicom.valuerep.DA(after[k].value) - pydicom.valuerep.DA(before[k].value)).days
        for k in ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")
    }
    assert len(moved) == 1
    days = moved.pop()
    assert days
    assert days % 7 == 0


def test_an_age_over_89_becomes_90():
    ds = pydicom.dcmread(MR)
    ds.PatientAge = "097Y"
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, ds)
    assert read(deidentify(buffer.getvalue(), PROFILE, KEY).data).PatientAge == "090Y"


def _without(keyword: str) -> bytes:
    ds = pydicom.dcmread(MR)
    del ds[keyword]
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, ds)
    return buffer.getvalue()


def _as_class(uid: str) -> bytes:
    ds = pydicom.dcmread(MR)
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = uid
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, ds)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not_dicom"),
        (bytes(500), "not_dicom"),
        (b"\xff" * 5000, "not_dicom"),
        (MR.read_bytes()[:900], "truncated"),
        (MR.read_bytes()[:60_000], "truncated"),
        (CT.read_bytes()[:60_000], "truncated"),
        (_without("PixelData"), "no_pixel_data"),
        (_without("Rows"), "pixels_undescribed"),
        (_as_class("1.2.840.10008.5.1.4.1.1.104.1"), "encapsulated_document"),
        (_as_class("1.2.840.10008.5.1.4.1.1.9.1.1"), "sop_class_not_covered"),
        (_as_class("1.2.840.10008.5.1.4.1.1.7"), "may_show_text_secondary_capture"),
        (_as_class("1.2.840.10008.5.1.4.1.1.6.1"), "may_show_text_ultrasound"),
    ],
)
def test_what_cannot_be_proved_clean_is_held_with_its_reason(data, reason):
    result = deidentify(data, PROFILE, KEY)
    assert (result.state, result.reasons, result.data) == (State.HELD, (reason,), None)


def test_a_person_may_release_a_picture_that_may_show_text():
    data = _as_class("1.2.840.10008.5.1.4.1.1.7")
    assert deidentify(data, PROFILE, KEY, accept_pixels=True).state is State.CLEAN


def test_identifiers_from_another_source_are_searched_too():
    from renkei.deid import known

    ds = pydicom.dcmread(MR)
    ds.StudyDescription = "Brain for Zextern"
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, ds)
    result = deidentify(buffer.getvalue(), PROFILE, KEY, known=known(names=["Zextern^Paul"]))
    assert read(result.data).StudyDescription == "Brain for"


def test_another_key_gives_other_pseudonyms_for_everything():
    other = PseudonymKey({1: bytes(32)})
    one, two = (deidentify(plant(MR).data, PROFILE, k) for k in (KEY, other))
    assert one.subject != two.subject
    assert one.sop_uid != two.sop_uid
    assert PATIENT_ID not in str(one)


@pytest.mark.parametrize("name", ["PATIENT^TARO", "Modified^Clean", "Basic^Profile"])
def test_a_name_that_is_a_word_of_the_profile_holds_nothing_back(name):
    dataset = pydicom.dcmread(MR)
    dataset.PatientName = name
    out = io.BytesIO()
    dataset.save_as(out)
    assert deidentify(out.getvalue(), PROFILE, KEY).state is State.CLEAN


def test_such_a_name_is_still_found_in_what_came_from_the_file(monkeypatch):
    dataset = pydicom.dcmread(MR)
    dataset.PatientName, dataset.SequenceName = "PATIENT^TARO", "PATIENT"
    out = io.BytesIO()
    dataset.save_as(out)
    kept = splice.clean_elements

    def forgets(elements, cleaner):
        return kept(elements, cleaner) | {0x00180024: encode.element(0x00180024, "SH", b"PATIENT ")}

    monkeypatch.setattr(splice, "clean_elements", forgets)
    result = deidentify(out.getvalue(), PROFILE, KEY)
    assert (result.state, result.reasons) == (State.HELD, ("identifier_left",))
