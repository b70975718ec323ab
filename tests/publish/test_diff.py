from dataclasses import replace

import pytest

from renkei.proof.version import FileLine
from renkei.publish.diff import BadNumberError, diff_versions, next_number


def line(subject: str, role: str = "image", sha: str = "0", split: str = "train") -> FileLine:
    return FileLine(
        f"{subject}/c/{role}", 1, sha * 64, role, subject, split, sources=(f"src-{subject}",)
    )


def test_equal_versions_differ_in_nothing() -> None:
    lines = [line("a"), line("a", "labels"), line("b")]
    diff = diff_versions(lines, lines)
    assert (diff.added, diff.removed, diff.changed, diff.moved) == ((), (), (), ())
    assert diff.step == "patch"


def test_added_subjects_are_a_minor_step() -> None:
    diff = diff_versions([line("a")], [line("a"), line("b")])
    assert (diff.added, diff.step) == (("b",), "minor")


def test_a_removed_subject_is_a_major_step() -> None:
    diff = diff_versions([line("a"), line("b")], [line("a")])
    assert (diff.removed, diff.step) == (("b",), "major")


def test_a_changed_label_and_a_moved_patient_are_told_apart() -> None:
    old = [line("a"), line("a", "labels"), line("b")]
    new = [line("a"), line("a", "labels", sha="1"), line("b", split="test")]
    diff = diff_versions(old, new)
    assert [(c.subject, c.what) for c in diff.changed] == [("a", ("labels",))]
    assert diff.moved == ("b",)
    assert diff.step == "major"


def test_a_renamed_case_is_still_the_same_case() -> None:
    old = line("a")
    assert diff_versions([old], [replace(old, path="a/other/image")]).changed == ()


def test_numbers_step_by_croissants_rule() -> None:
    assert [next_number("1.2.3", s) for s in ("major", "minor", "patch")] == [
        "2.0.0", "1.3.0", "1.2.4",
    ]  # fmt: skip
    with pytest.raises(BadNumberError):
        next_number("1.2", "major")
