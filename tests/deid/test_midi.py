"""The ten checks of the MIDI-B validation on whole series, with intervals and bytes added.

Its own scripts ask a decoded value each time; here a missing file fails, dates must keep their
distances, and what must be gone is looked for in the bytes.
"""

import io
from itertools import pairwise

import numpy as np
import pydicom
import pytest
from pydicom.valuerep import DA
from tests.deid.planted import BIRTH, PATIENT_ID, SAMPLES, overlong_pixels, plant, stands

from renkei.deid import PseudonymKey, Series, State, deidentify, load_profile
from renkei.deid.profile import Action

KEY = PseudonymKey({1: bytes(range(32))})
PROFILE = load_profile()
PATHS = sorted((SAMPLES / "mr_dicom").glob("*.dcm"))[1:7]
DATES = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")


@pytest.fixture(scope="module")
def pairs():
    """Six planted slices of one series: the original as read, the output, its bytes."""
    series, found = Series(), []
    for number, path in enumerate(PATHS):
        tail = b"Ztrailing-Zypresse"
        planted = plant(path).data
        ds = pydicom.dcmread(io.BytesIO(planted.removesuffix(tail)))
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = f"1.2.9.19520318.{number}"
        ds.StudyDate, ds.ContentDate = "20010413", f"200104{14 + number}"
        buffer = io.BytesIO()
        pydicom.dcmwrite(buffer, ds)
        result = deidentify(buffer.getvalue() + tail, PROFILE, KEY, series=series)
        assert result.state is State.CLEAN
        found.append((ds, pydicom.dcmread(io.BytesIO(result.data)), result))
    assert len(found) == len(PATHS)
    return found


def kept(action):
    return [tag for tag, rule in PROFILE.rules.items() if rule.action is action]


def test_tag_retained(pairs):
    for before, after, _ in pairs:
        wanted = {t for t in kept(Action.KEEP) if t in before and before[t].VR != "SQ"}
        # A planted name in a code string goes with its element; see text_removed.
        assert {t for t in wanted if t not in after} <= {0x00180015}
        assert len(wanted) >= 25


def test_text_notnull(pairs):
    for _, after, _ in pairs:
        for keyword in ("PatientID", "PatientName", "StudyInstanceUID", "SeriesInstanceUID",
                        "SOPInstanceUID", "SOPClassUID", "Modality"):  # fmt: skip
            assert str(after[keyword].value).strip()


def test_text_retained(pairs):
    for before, after, _ in pairs:
        for keyword in ("Modality", "Manufacturer", "MagneticFieldStrength", "RepetitionTime",
                        "EchoTime", "PixelSpacing", "ImagePositionPatient", "Rows"):  # fmt: skip
            if keyword in before:
                assert after[keyword].value == before[keyword].value
        assert after.SeriesDescription == "AX T2"


def test_text_removed(pairs):
    markers = plant(PATHS[0]).markers
    for before, _, result in pairs:
        source = io.BytesIO()
        pydicom.dcmwrite(source, before)
        present = [m for m in markers if stands(source.getvalue(), m)]
        assert len(present) >= 70
        assert [m for m in present if stands(result.data + result.name.encode(), m)] == []


def test_date_shifted(pairs):
    for before, after, _ in pairs:
        moved = {(DA(after[k].value) - DA(before[k].value)).days for k in DATES if k in before}
        assert len(moved) == 1
        assert moved != {0}
        assert next(iter(moved)) % 7 == 0
        assert not str(after.get("PatientBirthDate", ""))
    days = [DA(after.ContentDate) for _, after, _ in pairs]
    assert {(b - a).days for a, b in pairwise(days)} == {1}


def test_uid_changed(pairs):
    for before, after, result in pairs:
        for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID",
                        "FrameOfReferenceUID"):  # fmt: skip
            assert after[keyword].value != before[keyword].value
            assert not stands(result.data, str(before[keyword].value))
        assert after.SOPClassUID == before.SOPClassUID
        assert after.file_meta.MediaStorageSOPInstanceUID == after.SOPInstanceUID


def test_uid_consistent(pairs):
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"):
        mapped = {(str(b[keyword].value), str(a[keyword].value)) for b, a, _ in pairs}
        assert len({old for old, _ in mapped}) == len({new for _, new in mapped}) == len(mapped)
    assert len({after.SOPInstanceUID for _, after, _ in pairs}) == len(pairs)
    again = deidentify(plant(PATHS[0]).data, PROFILE, KEY)
    assert again.series_uid == pairs[0][2].series_uid


def test_patid_consistent(pairs):
    ids = {str(after.PatientID) for _, after, _ in pairs}
    assert len(ids) == 1
    assert PATIENT_ID.lstrip("0") not in ids.pop()
    ds = pydicom.dcmread(PATHS[0])
    ds.PatientID = "0090417724"
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, ds)
    assert deidentify(buffer.getvalue(), PROFILE, KEY).subject != pairs[0][2].subject


def test_pixels_hidden():
    planted = overlong_pixels(PATHS[0])
    assert deidentify(planted.data, PROFILE, KEY).data.count(b"Zbehindpixels") == 0
    # Text drawn into a picture: what cannot be proved free of it waits for a person.
    ds = pydicom.dcmread(PATHS[0])
    ds.BurnedInAnnotation = "YES"
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, ds)
    result = deidentify(buffer.getvalue(), PROFILE, KEY)
    assert (result.state, result.reasons) == (State.HELD, ("may_show_text_flagged",))


def test_pixels_retained(pairs):
    for before, after, result in pairs:
        assert after.PixelData == before.PixelData
        assert np.array_equal(after.pixel_array, before.pixel_array)
        assert result.data.endswith(before.PixelData)
        assert BIRTH.encode() not in result.data
