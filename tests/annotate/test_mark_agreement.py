"""Two readers' marks are paired by place, judged by their numbers, and settled as decided."""

import numpy as np
import pytest

from renkei.annotate.compare import Choice, compare, label_set, settle
from renkei.annotate.mark_agreement import agrees, answers_of, compare_marks
from renkei.annotate.marks import Mark, MarkKind, measured
from renkei.annotate.vocabulary import load_vocabulary
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, label_hash, pack, read_marks, unpack

WORDS = load_vocabulary("chest-ct-nodules")
GRID = Geometry((10, 60, 80), (3.0, 1.0, 1.0))
EMPTY = np.zeros(GRID.shape, dtype=bool)


def target(x: float, y: float, z: float, long: float, short: float) -> Mark:
    points = (
        (x - long / 2, y, z),
        (x + long / 2, y, z),
        (x, y - short / 2, z),
        (x, y + short / 2, z),
    )
    return measured(Mark(MarkKind.BIDIRECTIONAL, "target", points), GRID)


def answer(key: str, value: str, z: float | None = None) -> Mark:
    if z is None:
        return Mark(MarkKind.CLASS, key, answer=value)
    return Mark(MarkKind.SLICE_CLASS, key, ((40.0, 30.0, z),), value)


def labels(*marks: Mark, **masks: np.ndarray) -> LabelSet:
    like = LabelSet(GRID, (), marks=tuple(mark.to_json() for mark in marks))
    return label_set(like, masks, WORDS)


def disputes(a: LabelSet, b: LabelSet) -> list[tuple]:
    return [(d.key, d.reason, d.lesions_a, d.lesions_b) for d in compare(a, b, WORDS).disputes]


@pytest.mark.parametrize(
    ("a", "b", "agree"),
    [(10, 12, True), (10, 12.01, False), (30, 33.3, True), (30, 33.4, False), (0, 2, True)],
)
def test_lengths_agree_to_2_mm_or_a_tenth_of_the_longer(a: float, b: float, agree: bool) -> None:  # noqa: FBT001  a table
    assert agrees(a, b) is agree
    assert agrees(b, a) is agree


def test_two_near_targets_are_told_apart_by_their_place_not_their_order() -> None:
    a = [target(20, 20, 9, 12, 8), target(28, 20, 9, 20, 10)]
    b = [target(28, 21, 9, 21, 10), target(21, 20, 9, 12.5, 8)]
    pairs = compare_marks(a, b, WORDS, GRID)
    assert [(p.a, p.b, p.reason) for p in pairs] == [(1, 2, ""), (2, 1, "")]
    assert pairs[0].values == (("long_mm", 12.0, 12.5), ("short_mm", 8.0, 8.0))
    assert pairs[0].to_json()["values"][0]["difference"] == 0.5


def test_missed_and_differently_long_targets_are_disputed_with_their_slice() -> None:
    a = labels(target(20, 20, 9, 12, 8), target(60, 40, 15, 30, 20))
    b = labels(target(60, 40, 15, 34, 20), target(20, 50, 9, 11, 8))
    assert disputes(a, b) == [
        ("target", "size", (2,), (1,)),
        ("target", "missed_by_b", (1,), ()),
        ("target", "missed_by_a", (), (2,)),
    ]
    assert [d.slice for d in compare(a, b, WORDS).disputes] == [5, 3, 3]
    assert compare(a, a, WORDS).agreed


def test_absent_for_one_reader_and_measured_by_the_other_is_disputed() -> None:
    absent, seen = labels(target=EMPTY), labels(target(20, 20, 9, 12, 8))
    assert disputes(absent, seen) == [("target", "missed_by_a", (), (1,))]
    both = compare(absent, absent, WORDS)
    assert both.agreed
    assert both.to_json()["agreed_absent"] == 1
    assert disputes(absent, labels()) == [("target", "not_assessed", (), ())]


def test_answers_agree_only_when_equal_on_each_slice() -> None:
    a = labels(
        answer("image_quality", "good"), answer("motion", "some", 9), answer("motion", "none", 12)
    )
    b = labels(
        answer("image_quality", "poor"), answer("motion", "none", 12), answer("motion", "some", 3)
    )
    assert disputes(a, b) == [
        ("image_quality", "answer", (1,), (1,)),
        ("motion", "missed_by_b", (1,), ()),
        ("motion", "missed_by_a", (), (2,)),
    ]
    term = WORDS.term("motion")
    left, right = (
        [Mark(**{**row, "kind": MarkKind(row["kind"])}) for row in s.marks] for s in (a, b)
    )
    assert answers_of(term, left, right, GRID) == [("none", "none")]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice.A, [(12.0, 8.0), (30.0, 20.0)]),
        (Choice.B, [(12.0, 8.0), (40.0, 20.0)]),
        (Choice.MERGE, [(12.0, 8.0), (30.0, 20.0), (40.0, 20.0)]),
        (Choice.NONE, [(12.0, 8.0)]),
        (Choice.EDIT, [(35.0, 20.0)]),
    ],
)
def test_a_dispute_is_settled_as_decided_and_the_rest_stays(choice: Choice, expected: list) -> None:
    a = labels(target(20, 20, 9, 12, 8), target(60, 40, 15, 30, 20))
    b = labels(target(20, 20, 9, 13, 8), target(60, 40, 15, 40, 20))
    (dispute,) = compare(a, b, WORDS).disputes
    own = labels(target(60, 40, 15, 35, 20))
    settled = settle(a, b, WORDS, [(dispute, choice)], own)
    assert [(m["values"]["long_mm"], m["values"]["short_mm"]) for m in settled.marks] == expected


def test_what_is_settled_as_nothing_is_absent_and_never_both() -> None:
    a, b = labels(target(20, 20, 9, 12, 8)), labels(target=EMPTY)
    (dispute,) = compare(a, b, WORDS).disputes
    for choice in (Choice.B, Choice.NONE):
        settled = settle(a, b, WORDS, [(dispute, choice)])
        assert settled.marks == ()
        assert [s.name for s in settled.segments] == ["target"]
    kept = settle(a, b, WORDS, [(dispute, Choice.A)])
    assert (len(kept.marks), kept.segments) == (1, ())


def test_the_hash_covers_marks_and_stays_without_them() -> None:
    plain = labels(nodule=EMPTY)
    marked = labels(target(20, 20, 9, 12, 8), nodule=EMPTY)
    moved = labels(target(20, 20, 9, 12.01, 8), nodule=EMPTY)
    assert len({label_hash(one) for one in (plain, marked, moved)}) == 3
    assert label_hash(unpack(pack(marked))) == label_hash(marked)
    assert read_marks(pack(marked)) == unpack(pack(marked)).marks == marked.marks
    # As it was before labels could carry marks.
    assert b"marks" not in pack(plain)


def test_labels_drawn_before_there_were_marks_keep_their_hash() -> None:
    words = load_vocabulary("abdomen-ct@1")
    mask = np.indices(GRID.shape).sum(axis=0) % 7 == 0
    found = label_hash(label_set(LabelSet(GRID, ()), {"liver": mask}, words))
    assert found == "1b44888ab0e924e850672a4f767a4429589002e32c1e68dc8fd8469df722aba9"
