"""Comparing two readings and settling what they dispute."""

import numpy as np
import pytest
from tests.annotate.shapes import GRID, SHAPE, WORDS, ball, labels

from renkei.annotate.compare import (
    Choice,
    GridsDifferError,
    LabelsOverlapError,
    compare,
    label_set,
    mask_of,
    settle,
)
from renkei.annotate.lesions import components, measure_lesions
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, label_hash

LIVER = ball(5, 12, 10, 8)
EMPTY = np.zeros(SHAPE, bool)


def test_a_reading_agrees_with_itself() -> None:
    one = labels(liver=LIVER, lesion=ball(5, 12, 10, 3))
    found = compare(one, one, WORDS)
    assert found.agreed
    assert found.to_json()["mean_dice"] == 1.0


def test_an_absence_that_both_assert_is_no_dispute_and_not_in_the_mean() -> None:
    found = compare(labels(liver=LIVER, lesion=EMPTY), labels(liver=LIVER, lesion=EMPTY), WORDS)
    assert found.agreed
    assert found.to_json()["agreed_absent"] == 1
    assert found.to_json()["mean_dice"] == 1.0


@pytest.mark.parametrize(
    ("b", "reason"),
    [
        ({"liver": EMPTY}, "presence"),
        ({}, "not_assessed"),
        ({"liver": ball(5, 12, 19, 8)}, "extent"),
    ],
)
def test_each_kind_of_disagreement_has_its_reason(b: dict[str, np.ndarray], reason: str) -> None:
    found = compare(labels(liver=LIVER), labels(**b), WORDS)
    assert [dispute.reason for dispute in found.disputes] == [reason]


def test_lesions_are_disputed_one_by_one() -> None:
    same, small, large = ball(5, 6, 6, 3), ball(5, 16, 8, 3), ball(5, 16, 8, 5)
    extra = ball(5, 6, 22, 3)
    found = compare(labels(lesion=same | small), labels(lesion=same | large | extra), WORDS)
    assert sorted(d.reason for d in found.disputes) == ["missed_by_a", "size"]


@pytest.mark.parametrize("choice", list(Choice))
def test_each_choice_gives_what_it_says(choice: Choice) -> None:
    same, mine, theirs = ball(5, 6, 6, 3), ball(5, 16, 8, 3), ball(5, 6, 22, 3)
    drawn = ball(5, 16, 20, 2)
    a, b = labels(lesion=same | mine), labels(lesion=same | theirs)
    disputes = compare(a, b, WORDS).disputes
    assert len(disputes) == 2
    settled = settle(a, b, WORDS, [(d, choice) for d in disputes], labels(lesion=drawn))
    expected = {
        Choice.A: same | mine,
        Choice.B: same | theirs,
        Choice.MERGE: same | mine | theirs,
        Choice.NONE: same,
        Choice.EDIT: drawn,
    }[choice]
    assert np.array_equal(mask_of(settled, "lesion"), expected)


def test_without_disputes_the_result_is_the_first_reading_and_not_a_fusion() -> None:
    a, b = labels(liver=LIVER), labels(liver=ball(5, 12, 11, 8))
    assert label_hash(settle(a, b, WORDS, [])) == label_hash(a)


def test_choices_that_let_two_organs_share_voxels_are_refused() -> None:
    spleen_a, spleen_b = ball(5, 12, 24, 2), ball(5, 12, 14, 6)
    a, b = labels(liver=LIVER, spleen=spleen_a), labels(spleen=spleen_b, liver=EMPTY)
    decided = [
        (d, Choice.A if d.key == "liver" else Choice.B) for d in compare(a, b, WORDS).disputes
    ]
    with pytest.raises(LabelsOverlapError) as refused:
        settle(a, b, WORDS, decided)
    assert refused.value.facts["labels"] == "liver, spleen"


def test_a_lesion_inside_an_organ_keeps_both() -> None:
    both = labels(liver=LIVER, lesion=ball(5, 12, 10, 3))
    assert np.array_equal(mask_of(both, "liver"), LIVER)


def test_other_grids_are_refused() -> None:
    moved = Geometry(SHAPE, GRID.spacing, (0.0, 0.0, 0.0))
    other = label_set(LabelSet(moved, ()), {"liver": LIVER}, WORDS)
    with pytest.raises(GridsDifferError):
        compare(labels(liver=LIVER), other, WORDS)


def test_a_lesion_under_the_least_size_may_be_left_out_and_a_larger_one_not() -> None:
    tiny = np.zeros(SHAPE, bool)
    tiny[5, 12, 10:12] = True
    small = ball(5, 12, 20, 2)
    assert compare(labels(lesion=tiny), labels(lesion=EMPTY), WORDS).agreed
    found = compare(labels(lesion=tiny | small), labels(lesion=EMPTY), WORDS)
    assert [dispute.lesions_a for dispute in found.disputes] == [(1,)]


def test_lesions_are_numbered_and_placed_as_on_the_whole_image() -> None:
    first, second = ball(3, 5, 5, 3), ball(6, 18, 22, 3)
    (term,) = compare(labels(lesion=first | second), labels(lesion=second), WORDS).terms
    whole = measure_lesions(components(first | second), GRID.spacing)
    assert term.lesions_a == whole
    assert term.lesions_b[0].start == whole[1].start
    assert [(match.a, match.b) for match in term.matches] == [((1,), ()), ((2,), (1,))]
