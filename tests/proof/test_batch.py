"""The batch manifest."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.proof.batch import (
    BatchManifest,
    SentConsent,
    SentFile,
    SentSubject,
    parse_batch,
)
from renkei.proof.strict import MalformedError, OversizedError

SUBJECT = SentSubject(
    pseudonym="A-0001",
    consent=SentConsent("opt_in", "2", commercial=True, data_types=("image",), date_ok=True),
    in_approval_period=True,
    in_opt_out_window=False,
    adult=True,
    age=61,
    sex="F",
    year=2024,
    made=False,
)
FILE = SentFile(0, "dicom", "0" * 64, 530_000, "A-0001", "1.2.3", {"series_uid": "1.2"})
MANIFEST = BatchManifest(
    site=UUID(int=7),
    tool="0.1.0",
    approval="2026-001",
    agreement="K-1",
    rules_sha256="1" * 64,
    key_fingerprint="2" * 16,
    subjects=(SUBJECT,),
    files=(FILE, replace(FILE, n=1, kind="table", subject=None, sop_uid=None, refers=None)),
)


def test_a_manifest_comes_back_from_its_bytes() -> None:
    assert parse_batch(MANIFEST.to_bytes()) == MANIFEST
    assert parse_batch(json.loads(MANIFEST.to_bytes())) == MANIFEST


@given(
    st.lists(st.integers(0, 10**6), unique=True, max_size=20),
    st.sampled_from(["dicom", "vcf", "label"]),
    st.integers(0, 130) | st.none(),
)
def test_any_manifest_comes_back(numbers: list[int], kind: str, age: int | None) -> None:
    files = tuple(replace(FILE, n=n, kind=kind) for n in numbers)
    manifest = replace(MANIFEST, files=files, subjects=(replace(SUBJECT, age=age),))
    assert parse_batch(manifest.to_bytes()) == manifest


def change(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def apply(document: dict[str, Any]) -> None:
        *steps, last = [int(s) if s.isdecimal() else s for s in path.split(".")]
        place: Any = document
        for step in steps:
            place = place[step]
        place[last] = value

    return apply


@pytest.mark.parametrize(
    "damage",
    [
        change("format", "renkei.batch/2"),
        change("site", "H1"),
        change("extra", 1),
        change("subjects.0.pseudonym", "田中"),
        change("subjects.0.pseudonym", "B-0001"),
        change("subjects.0.age", 131),
        change("subjects.0.sex", "?"),
        change("subjects.0.consent.basis", "none"),
        change("subjects.0.name", "x"),
        change("files.0.kind", "exe"),
        change("files.0.blake3", "zz"),
        change("files.0.n", 1),
        change("files.0.sop_uid", "../x"),
        change("files.0.bytes", -1),
        change("files.0.refers", {str(i): "x" for i in range(17)}),
        lambda d: d["subjects"].append(d["subjects"][0]),
    ],
)
def test_a_damaged_manifest_is_refused(damage: Callable[[dict[str, Any]], None]) -> None:
    document = json.loads(MANIFEST.to_bytes())
    damage(document)
    with pytest.raises(MalformedError):
        parse_batch(document)


def test_too_many_members_are_refused_before_they_are_read() -> None:
    document = json.loads(MANIFEST.to_bytes())
    document["subjects"] = [None] * 100_001
    with pytest.raises(OversizedError):
        parse_batch(document)
