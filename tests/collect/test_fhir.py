"""Bundles: parted by patient, nothing lost, nothing guessed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.collect.fhir import UnlinkedResourceError, part_fhir
from renkei.collect.kinds import MalformedError, SeveralSubjectsError, UnknownSubjectError
from renkei.collect.part import Sent

KNOWN = frozenset({"P1", "P2"})


def bundle(*resources: dict) -> bytes:
    entries = [{"resource": r} for r in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def patient(name: str) -> dict:
    return {"resourceType": "Patient", "id": name}


def about(name: str, n: int, **more: object) -> dict:
    subject = {"reference": f"Patient/{name}"}
    return {"resourceType": "Observation", "id": f"{name}-{n}", "subject": subject, **more}


@given(st.lists(st.sampled_from(["P1", "P2"]), min_size=1, max_size=12))
def test_each_observation_goes_to_its_patient_and_none_is_lost(owners):
    resources = [about(owner, n) for n, owner in enumerate(owners)]
    people = [patient(name) for name in sorted(set(owners))]
    parts = part_fhir(Sent(bundle(*people, *resources), None, KNOWN))
    assert [p.pseudonym for p in parts] == sorted(set(owners))
    for part in parts:
        found = {e["resource"]["id"] for e in json.loads(part.data)["entry"]}
        mine = {
            r["id"] for r, owner in zip(resources, owners, strict=True) if owner == part.pseudonym
        }
        assert found == mine | {part.pseudonym}


def test_what_two_patients_share_is_copied_to_both():
    lab = {"resourceType": "Organization", "id": "lab"}
    performer = [{"reference": "Organization/lab"}]
    data = bundle(
        patient("P1"), patient("P2"), lab,
        about("P1", 1, performer=performer), about("P2", 1, performer=performer),
    )  # fmt: skip
    parts = part_fhir(Sent(data, None, KNOWN))
    assert [p.summary["resources"]["Organization"] for p in parts] == [1, 1]


@pytest.mark.parametrize(
    ("data", "subject", "error"),
    [
        (bundle(patient("P9")), None, UnknownSubjectError),
        (bundle(patient("P1")), "P2", UnknownSubjectError),
        (bundle(about("P1", 1)), None, UnknownSubjectError),
        (bundle({"id": "x"}), None, MalformedError),
        (bundle({"resourceType": "Bundle"}), None, MalformedError),
        (b"[" * 100_000, None, MalformedError),
        (b"\xff", None, MalformedError),
        (
            bundle(patient("P1"), patient("P2"), {"resourceType": "Medication", "id": "m"}),
            None,
            UnlinkedResourceError,
        ),
        (
            bundle(patient("P1"), patient("P2"), about("P1", 1, x={"reference": "Patient/P2"})),
            None,
            SeveralSubjectsError,
        ),
    ],
)
def test_what_cannot_be_parted_is_refused(data, subject, error):
    with pytest.raises(error):
        part_fhir(Sent(data, subject, KNOWN))
