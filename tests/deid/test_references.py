"""One study of eleven objects: references, dates, ages and bytes hold together afterwards."""

import io
import shutil
import subprocess
from collections import Counter
from datetime import date, timedelta
from functools import cache

import pydicom
import pytest
from tests.deid.planted import stands
from tests.deid.study_made import BIRTH, DAY, PATIENT, study

from renkei.deid import PseudonymKey, Series, State, deidentify, load_profile, map_uid, shift_days
from renkei.deid.tables import deidentify_table, parse_mapping

KEY = PseudonymKey({1: bytes(range(32))})
PROFILE = load_profile()
DAYS = shift_days(KEY, PATIENT)
MARKERS = (
    "Zstudy", "Hanako", "山寺", "花子", BIRTH, "812377", "5512377", "Zreferrer", "Zdrawer",
    "Zobserver", "Zverifier", "Zhospital", "Zarrow", "Zsee", "SN-81237-X", "094Y",
    "1.2.392.5.812377",
)  # fmt: skip


@cache
def before():
    return study()


@cache
def after():
    series = Series()
    results = {
        name: deidentify(data, PROFILE, KEY, series=series) for name, data in before().items()
    }
    assert {result.state for result in results.values()} == {State.CLEAN}
    return {name: result.data for name, result in results.items()}


def read(data):
    return pydicom.dcmread(io.BytesIO(data))


def values(dataset, *vrs):
    """Yield path and value of each element of these VRs, at every depth, in order."""
    for element in dataset:
        if element.VR == "SQ":
            for number, item in enumerate(element.value):
                for path, value in values(item, *vrs):
                    yield f"{element.keyword}[{number}].{path}", value
        elif element.VR in vrs and not element.is_empty:
            many = element.value if element.VM > 1 else [element.value]
            yield from ((f"{element.keyword}/{n}", str(value)) for n, value in enumerate(many))


def references(objects):
    """Return who names whom: name of the object, path, the instance that is named."""
    return {
        (name, path, value)
        for name, data in objects.items()
        for path, value in values(read(data), "UI")
        if path.split(".")[-1].startswith("ReferencedSOPInstanceUID")
    }


def test_no_reference_dangles_and_none_is_lost():
    old, new = references(before()), references(after())
    instances = {str(read(data).SOPInstanceUID) for data in after().values()}
    gone = {r for r in old if r[1].startswith(("ReferencedStudySequence", "ReferencedPerformed"))}
    assert len(new) > 30
    assert new == {(name, path, map_uid(KEY, uid)) for name, path, uid in old - gone}
    studies = {r for r in new if "RTReferencedStudySequence" in r[1].split(".")[-2]}
    assert {uid for _, _, uid in new - studies} <= instances
    assert {uid for _, _, uid in studies} == {str(read(after()["ct0"]).StudyInstanceUID)}


@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "FrameOfReferenceUID", "PatientID"])
def test_what_the_objects_share_they_share_afterwards(keyword):
    old, new = (
        {name: read(data).get(keyword) for name, data in objects.items()}
        for objects in (before(), after())
    )
    assert {name for name in old if old[name]} == {name for name in new if new[name]}
    assert len({str(v) for v in old.values() if v}) == len({str(v) for v in new.values() if v}) == 1
    assert not {str(v) for v in old.values() if v} & {str(v) for v in new.values() if v}


def test_the_segment_and_the_report_name_the_same_lesion():
    segment = read(after()["seg"]).SegmentSequence[0].TrackingUID
    said = {value for path, value in values(read(after()["sr"]), "UI") if path.endswith("].UID/0")}
    assert segment in said


def test_no_marker_is_left():
    together = b"".join(before().values())
    assert [m for m in MARKERS if not stands(together, m)] == []
    left = {m: n for n, data in after().items() for m in MARKERS if stands(data, m)}
    assert left == {}


def test_every_date_is_moved_by_the_same_whole_weeks_and_every_time_stays():
    moved = 0
    for name, data in after().items():
        old = dict(values(read(before()[name]), "DA", "DT"))
        for path, value in values(read(data), "DA", "DT"):
            true, shifted = day(old[path]), day(value)
            assert shifted - true == timedelta(DAYS), (name, path)
            assert shifted.weekday() == true.weekday()
            assert value[8:] == old[path][8:], (name, path)
            moved += 1
        times = dict(values(read(before()[name]), "TM"))
        assert {p: times[p] for p, _ in values(read(data), "TM")} == dict(values(read(data), "TM"))
    assert moved > 40
    assert read(after()["ct0"]).PatientBirthDate == ""


def day(text):
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def test_a_table_moves_with_its_patient():
    mapping = parse_mapping('id = "ID"\nkeep = []\ndates = ["d"]\nages = ["a"]\n')
    true = day(DAY)
    data = f"ID,d,a\n{PATIENT.lstrip('0')},{true},94\n{PATIENT},令和6年2月14日,93\n".encode()
    rows = deidentify_table(data, mapping, KEY).data.decode().splitlines()
    subject, moved = str(read(after()["ct0"]).PatientID), true + timedelta(DAYS)
    assert rows[1:] == [f"{subject},{moved},90"] * 2


def test_no_age_above_89_is_told():
    assert {str(read(data).get("PatientAge", "090Y")) for data in after().values()} == {"090Y"}
    box = read(after()["sr"]).ContentSequence[-1]
    assert box.ContentSequence[0].MeasuredValueSequence[0].NumericValue == 90
    assert box.ContentSequence[1].ConceptCodeSequence[0].CodeValue == "F"


# The verifying observer must go (Table E.1-1); its condition, the flag, stays as it was.
ALLOWED = "Conditional Element=<VerifyingObserverSequence>"


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="apt-get install dicom3tools")
@pytest.mark.parametrize("name", ["ct0", "seg", "sr", "pr", "ko", "rtstruct", "rtplan", "rtdose"])
def test_an_object_conforms_afterwards_as_it_did_before(name, tmp_path):
    old, new = errors(tmp_path, before()[name]), errors(tmp_path, after()[name])
    assert [e for e in new - old if ALLOWED not in e] == []


def errors(folder, data):
    path = folder / "object.dcm"
    path.write_bytes(data)
    done = subprocess.run(["dciodvfy", path], capture_output=True, text=True, check=False)
    return Counter(line for line in done.stderr.splitlines() if line.startswith("Error"))


def test_a_second_run_gives_the_same_bytes_with_and_without_a_template():
    again = {name: deidentify(data, PROFILE, KEY).data for name, data in before().items()}
    assert again == after()


def test_a_new_epoch_keeps_what_was_given_out():
    later = KEY.next_epoch()
    data = before()["sr"]
    assert deidentify(data, PROFILE, later.at(1)).data == after()["sr"]
    assert deidentify(data, PROFILE, later).data != after()["sr"]
