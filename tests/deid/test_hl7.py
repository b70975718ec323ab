"""HL7 v2.5: listed fields become FHIR, notes are cleaned, people and numbers go."""

import json
from random import Random

import pytest
from tests.deid.clinical import MESSAGE, PATIENT_ID, SEGMENTS, segment
from tests.deid.planted import stands

from renkei.deid import Kind, PseudonymKey, State, pseudonym, shift_days
from renkei.deid.dates import shift_text
from renkei.deid.fhir import deidentify_fhir
from renkei.deid.hl7 import is_message, iso_time, read_message

KEY = PseudonymKey({1: bytes(range(32))})
MARKERS = (
    "渡邉", "真之介", "ワタナベ", "シンノスケ", "90417723", "19520318", "見本町4-5-6",
    "090-5551-7345", "ACC77123", "花乃", "架空市9-9", "03-5550-9911", "一ノ宮", "VIS88231",
    "06139999", "77-881234", "ORD55219", "二ノ宮", "三ノ宮", "FIL9911", "四ノ宮", "渡辺さん",
    "令和5年4月1日", "WkF0dGFjaG1l", "高瀬川", "五ノ宮", "Zsegment-Eiche", "ZCTRL77", "架空病院",
    "ZHIS", "ZISSUER", "ZDOC9", "7E^701", "F001",
)  # fmt: skip


def resources(data: bytes) -> dict[str, list[dict]]:
    found: dict[str, list[dict]] = {}
    for entry in json.loads(data)["entry"]:
        found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    return found


@pytest.mark.parametrize("codec", ["iso2022_jp_ext", "utf-8", "cp932", "euc_jp"])
def test_a_message_in_each_encoding_loses_its_people_and_keeps_its_results(codec):
    raw = MESSAGE.encode(codec)
    assert [m for m in MARKERS if m not in raw.decode(codec)] == []
    result = deidentify_fhir(raw, KEY)
    assert (result.kind, result.state) == (Kind.FHIR, State.CLEAN)
    assert [m for m in MARKERS if stands(result.data, m) or m in result.name] == []
    found = resources(result.data)
    assert found["Patient"] == [
        {"resourceType": "Patient", "id": pseudonym(KEY, "patient", PATIENT_ID), "gender": "male"}
    ]
    first, second, text, note = found["Observation"]
    assert first["valueQuantity"] == {"value": 7.2, "unit": "g/dL"}
    assert first["code"]["coding"][0] == {
        "code": "3A0100000023271", "display": "総蛋白", "system": "JC10"
    }  # fmt: skip
    assert second["valueQuantity"] == {"value": 0.05, "comparator": "<", "unit": "mg/dL"}
    assert "著変なし" in text["valueString"]
    assert note["valueString"] == "に報告"
    day = shift_text("2023-04-05", shift_days(KEY, PATIENT_ID))
    assert first["effectiveDateTime"] == f"{day}T10:10:10"
    assert found["Condition"][0]["code"]["coding"][0]["code"] == "K358"
    assert found["MedicationRequest"][0]["medicationCodeableConcept"]["text"] == "アムロジピン"
    report = found["DiagnosticReport"][0]
    assert {r["reference"] for r in report["result"]} <= {
        f"Observation/{o['id']}" for o in found["Observation"]
    }


def test_every_segment_is_kept_or_counted():
    result = deidentify_fhir(MESSAGE.encode(), KEY)
    # One resource of no known type for each: an unlisted segment, an attachment.
    assert [r["resourceType"] for r in read_message(MESSAGE.encode()) if "HL7" in r["resourceType"]]
    assert result.counts["resources"] + result.counts["resources_dropped"] == len(
        read_message(MESSAGE.encode())
    )


def test_two_messages_do_not_share_the_ids_of_their_results():
    other = MESSAGE.replace("7.2", "7.3")
    one, two = (resources(deidentify_fhir(m.encode(), KEY).data) for m in (MESSAGE, other))
    assert one["Observation"][0]["id"] != two["Observation"][0]["id"]
    assert one["Patient"] == two["Patient"]


def test_a_kanji_whose_bytes_look_like_a_separator_is_not_split():
    # 本 is 4B 5C and 貴 is 35 2E in JIS; in Shift_JIS ソ ends in 5C, ポ in 7C.
    line = segment("OBX", {2: "TX", 3: "A^ソポ本表^L", 5: "ソポ本表あり", 11: "F"})
    for codec in ("iso2022_jp_ext", "cp932"):
        data = "\r".join([*SEGMENTS[:2], line]).encode(codec)
        assert b"|" in data
        found = resources(deidentify_fhir(data, KEY).data)
        assert found["Observation"][0]["valueString"] == "ソポ本表あり"


def test_escapes_and_other_separators_are_read():
    text = "MSH#^~\\&#A\rPID#1##77123^^^^PI\rOBX#1#TX#X^t##a\\F\\b\\T\\c\\X0D\\d######F\r"
    found = [r for r in read_message(text.encode()) if r["resourceType"] == "Observation"]
    assert found[0]["valueString"] == "a#b&c d"


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("20230405102030.123+0900", "2023-04-05T10:20:30"), ("202304051020", "2023-04-05T10:20:00"),
        ("20230405", "2023-04-05"), ("202304", "2023-04"), ("2023", "2023"), ("x", ""), ("", ""),
    ],
)  # fmt: skip
def test_times_keep_their_precision(written, iso):
    assert iso_time(written) == iso


@pytest.mark.parametrize("data", [b"MSH|", b"MSHAB|^~\\&|", b"PID|1", b"", b"MSH|^~\\&|A\r"])
def test_what_is_no_message_of_one_patient_is_held(data):
    assert deidentify_fhir(data, KEY).state is State.HELD


def test_two_patients_in_one_message_are_held():
    both = MESSAGE + SEGMENTS[1].replace("90417723", "55512345") + "\r"
    assert deidentify_fhir(both.encode(), KEY).reasons == ("not_one_patient",)
    assert is_message(b"\x0bMSH|^~\\&|")


def test_a_message_changed_anywhere_is_read_or_held():
    data = MESSAGE.encode("iso2022_jp_ext")
    random = Random(7)
    states = set()
    for _ in range(150):
        changed = bytearray(data)
        for _ in range(random.randint(1, 8)):
            changed[random.randrange(len(data))] = random.randrange(256)
        states.add(deidentify_fhir(bytes(changed), KEY).state)
    assert states == {State.CLEAN, State.HELD}
