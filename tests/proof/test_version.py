"""A version's manifest and id."""

import hashlib
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.proof import canonical, merkle
from renkei.proof.strict import MalformedError
from renkei.proof.version import (
    SHARED,
    FileLine,
    ManifestRefusedError,
    NoSuchCaseError,
    VersionManifest,
    build_version,
    line_leaf,
    parse_case,
    parse_line,
    prove_subject,
    read_lines,
    verify_case,
)
from renkei.proof.versionfile import parse_version, version_document

HEADER = {"dataset": "肝臓 CT", "number": "1.0.0", "parents": []}


def line(path: str, subject: str | None) -> FileLine:
    content = hashlib.sha256(path.encode()).hexdigest()
    return FileLine(path, len(path), content, "image", subject, "train" if subject else None)


def version(subjects: int, files: int = 2) -> VersionManifest:
    names = [f"s{n:03}" for n in range(subjects)]
    lines = [line(f"{name}/{n}.nii.gz", name) for name in names for n in range(files)]
    salts = {name: hashlib.sha256(name.encode()).digest() for name in [*names, SHARED]}
    return build_version(HEADER, [*lines, line("card.md", None)], salts)


def test_the_id_follows_its_definition() -> None:
    made = version(3)
    roots = sorted(
        merkle.root(
            [
                hashlib.sha256(b"\x00" + made.salts[name] + x.to_bytes()).digest()
                for x in made.lines
                if (x.subject or "") == name
            ]
        )
        for name in ("", "s000", "s001", "s002")
    )
    top = merkle.root([merkle.leaf_hash(r) for r in roots])
    header = hashlib.sha256(canonical(HEADER)).digest()
    assert made.id == hashlib.sha256(top + header).hexdigest()


@given(st.randoms(use_true_random=False))
def test_the_order_in_which_files_come_does_not_matter(rng: random.Random) -> None:
    made = version(4)
    lines = list(made.lines)
    rng.shuffle(lines)
    assert build_version(HEADER, lines, made.salts).id == made.id


@pytest.mark.parametrize(
    "change", [{"sha256": "0" * 64}, {"path": "s000/9"}, {"split": "test"}, {"subject": "s001"}]
)
def test_any_changed_fact_gives_another_id(change: dict[str, Any]) -> None:
    made = version(3)
    lines = [replace(made.lines[1], **change), made.lines[0], *made.lines[2:]]
    assert build_version(HEADER, lines, made.salts).id != made.id


def test_another_header_or_salt_gives_another_id() -> None:
    made = version(3)
    assert build_version({**HEADER, "number": "1.0.1"}, made.lines, made.salts).id != made.id
    assert build_version(HEADER, made.lines, {**made.salts, "s001": bytes(32)}).id != made.id


@pytest.mark.parametrize("subjects", [1, 2, 3, 7, 20])
def test_every_case_can_be_shown_alone(subjects: int) -> None:
    made = version(subjects)
    for name in (*(f"s{n:03}" for n in range(subjects)), SHARED):
        case = parse_case(prove_subject(made, name).to_json())
        assert verify_case(case, made.id)
        assert case.case_root == made.case_roots()[name].hex()
        assert {parse_line(x).subject or "" for x in case.lines} == {name}
        assert not verify_case(case, "0" * 64)
        assert not verify_case(replace(case, salt=bytes(32)), made.id)
        assert not verify_case(replace(case, lines=case.lines[:-1]), made.id)


def test_a_leaf_is_named_by_salt_and_line() -> None:
    made = version(2)
    first = made.lines[0]
    assert made.leaf(first) == line_leaf(first.to_bytes(), made.salts[SHARED]).hex()


def test_manifest_and_document_come_back() -> None:
    made = version(3)
    assert read_lines(made.to_lines()) == made.lines
    assert parse_version(version_document(made)).id == made.id


def test_a_line_with_every_fact_comes_back() -> None:
    full = FileLine(
        "a", 1, "0" * 64, "labels", "s", "test", ("1" * 64,), "2" * 64, "3" * 64, "opt_in"
    )
    assert parse_line(full.to_bytes()) == full


def test_two_files_of_one_path_and_a_missing_salt_are_refused() -> None:
    made = version(2)
    with pytest.raises(ManifestRefusedError):
        build_version(HEADER, [*made.lines, made.lines[0]], made.salts)
    with pytest.raises(ManifestRefusedError):
        build_version(HEADER, made.lines, {SHARED: bytes(32)})
    with pytest.raises(ManifestRefusedError):
        read_lines(b"x" * 11, limit=10)
    with pytest.raises(MalformedError):
        parse_line(b'{"path":"a"}')
    with pytest.raises(NoSuchCaseError):
        prove_subject(made, "s999")
