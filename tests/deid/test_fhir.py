"""FHIR: one patient, listed types and fields, dates moved, references kept together."""

import json
import re

import pytest
from tests.deid.clinical import BUNDLE as JAPANESE
from tests.deid.planted import SAMPLES

from renkei.deid import PseudonymKey, State, pseudonym, shift_days
from renkei.deid.dates import shift_text
from renkei.deid.fhir import deidentify_fhir

KEY = PseudonymKey({1: bytes(range(32))})
PATIENT = {
    "resourceType": "Patient",
    "id": "p1",
    "text": {"status": "generated", "div": "<div>山寺 太郎左</div>"},
    "identifier": [{"system": "urn:oid:1.2.392.77", "value": "0090417723"}],
    "name": [{"family": "山寺", "given": ["太郎左"]}],
    "telecom": [{"system": "phone", "value": "090-5551-7345"}],
    "address": [{"text": "架空市1-2-3"}],
    "gender": "male",
    "birthDate": "1952-03-18",
    "contact": [{"name": {"family": "Zkontakt"}}],
}
OBSERVATION = {
    "resourceType": "Observation",
    "id": "o1",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "2160-0"}], "text": "山寺様 Cre"},
    "subject": {"reference": "Patient/p1", "display": "山寺 太郎左"},
    "performer": [{"reference": "Practitioner/d1", "display": "Zdoktor"}],
    "effectiveDateTime": "2023-04-05T10:20:30+09:00",
    "valueQuantity": {"value": 0.81, "unit": "mg/dL"},
    "note": [{"text": "Znote"}],
    "extension": [{"url": "x", "valueString": "Zextension"}],
}
REPORT = {
    "resourceType": "DiagnosticReport",
    "id": "r1",
    "status": "final",
    "subject": {"reference": "Patient/p1"},
    "result": [{"reference": "Observation/o1"}],
    "conclusion": "高瀬川先生 依頼。著変なし",
    "presentedForm": [{"data": "WmF0dGFjaG1lbnQ="}],
}
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"fullUrl": "urn:x:p1", "resource": PATIENT},
        {"resource": {"resourceType": "Bundle", "entry": [{"resource": OBSERVATION}]}},
        {"resource": REPORT},
        {"resource": {"resourceType": "Practitioner", "id": "d1", "name": [{"family": "Zdoktor"}]}},
    ],
}


def test_a_bundle_keeps_codes_values_and_links_and_nothing_of_the_person():
    result = deidentify_fhir(json.dumps(BUNDLE).encode(), KEY)
    assert result.state is State.CLEAN
    text = result.data.decode("utf-8")
    for word in ("山寺", "太郎左", "90417723", "090-5551", "架空市", "1952", "Zkontakt", "Zdoktor",
                 "Znote", "Zextension", "高瀬川", "WmF0", '"p1"', "2023-04-05"):  # fmt: skip
        assert word not in text
    patient, observation, report = (e["resource"] for e in json.loads(text)["entry"])
    subject = pseudonym(KEY, "patient", "90417723")
    assert patient == {"resourceType": "Patient", "id": subject, "gender": "male"}
    assert observation["valueQuantity"] == {"value": 0.81, "unit": "mg/dL"}
    assert observation["subject"] == {"reference": f"Patient/{subject}"}
    assert report["result"] == [{"reference": f"Observation/{observation['id']}"}]
    days = shift_days(KEY, "90417723")
    assert observation["effectiveDateTime"] == shift_text("2023-04-05", days) + "T10:20:30+09:00"
    assert "著変なし" in report["conclusion"]
    assert result.counts["resources_dropped"] == 1


def test_the_same_patient_has_one_pseudonym_in_fhir_and_dicom():
    result = deidentify_fhir(json.dumps(BUNDLE).encode(), KEY)
    assert result.subject == pseudonym(KEY, "patient", "90417723")


@pytest.mark.parametrize("path", sorted((SAMPLES / "fhir").glob("*.json")), ids=lambda p: p.stem)
def test_a_public_example_is_clean_or_held(path):
    data = path.read_bytes()
    result = deidentify_fhir(data, KEY)
    people = data.count(b'"resourceType": "Patient"')
    if result.state is State.HELD:
        assert result.reasons == ("not_one_patient",)
        assert people != 1
    else:
        assert b"<div" not in result.data
        assert b"birthDate" not in result.data


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"a": 1}', b"\xff", b"[" * 100_000])
def test_what_is_no_bundle_is_held(data):
    assert deidentify_fhir(data, KEY).reasons == ("malformed",)


def test_a_name_that_is_a_word_of_fhir_holds_nothing_back():
    named = {**PATIENT, "name": [{"family": "Patient", "given": ["Bundle"]}]}
    bundle = {**BUNDLE, "entry": [{"resource": named}, {"resource": OBSERVATION}]}
    result = deidentify_fhir(json.dumps(bundle).encode(), KEY)
    assert result.state is State.CLEAN, result.reasons
    told = {**OBSERVATION, "method": {"coding": [{"code": "of-patient-x"}]}}
    bundle = {**BUNDLE, "entry": [{"resource": named}, {"resource": told}]}
    left = deidentify_fhir(json.dumps(bundle).encode(), KEY)
    assert left.data is None or b"of-patient-x" not in left.data


def test_what_a_japanese_bundle_hides_goes_and_public_systems_stay():
    markers = (
        "渡邉", "真之介", "90417723", "Znarrative-Ulme", "Zkontakt", "0455559911", "Zext-Linde",
        "架空区", "見本町", "1952-03-18", "Zcontained-Klinik", "zkakuhospital", "Zperformer",
        "Zencounter-Ward", "Znote-Fichte", "WmF0dGFjaA", "Zp-991", "Zo-1", "11312345678",
    )  # fmt: skip
    assert [m for m in markers if m not in JAPANESE] == []
    result = deidentify_fhir(JAPANESE.encode(), KEY)
    assert result.state is State.CLEAN
    text = result.data.decode()
    assert [m for m in markers if m in text] == []
    observation = json.loads(text)["entry"][1]["resource"]
    own, loinc = observation["code"]["coding"]
    assert own["system"].startswith("urn:local:")
    assert loinc == {"system": "http://loinc.org", "code": "2160-0"}
    assert observation["valueString"] == "に連絡。値は正常。"
    assert observation["onsetAge"]["value"] == 90


def test_a_token_that_is_an_identity_by_its_form_goes():
    told = {**OBSERVATION, "valueQuantity": {"value": 90417723, "unit": "令和5年4月5日"}}
    bundle = {**BUNDLE, "entry": [{"resource": PATIENT}, {"resource": told}]}
    clean = json.loads(deidentify_fhir(json.dumps(bundle).encode(), KEY).data)
    assert "valueQuantity" not in clean["entry"][1]["resource"]


def test_a_new_id_that_spells_a_name_by_chance_holds_nothing_back():
    spelled = re.compile("[2-7]([A-Z]{4})[2-7]")
    number = next(n for n in map(str, range(70000, 99999))
                  if spelled.search(pseudonym(KEY, "patient", n)))  # fmt: skip
    name = spelled.search(pseudonym(KEY, "patient", number))[1].capitalize()
    person = {"resourceType": "Patient", "id": "p1", "identifier": [{"value": number}],
              "name": [{"family": name, "given": ["Zq"]}]}  # fmt: skip
    told = {**OBSERVATION, "code": {"text": f"{name} Cre"}}
    bundle = {**BUNDLE, "entry": [{"resource": person}, {"resource": told}]}
    result = deidentify_fhir(json.dumps(bundle).encode(), KEY)
    assert result.state is State.CLEAN, result.reasons
    assert name not in result.data.decode()
