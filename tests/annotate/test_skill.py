"""Gold results: intervals and a sequential test with known error rates."""

import random

import pytest
from tests.annotate.shapes import ball, labels

from renkei.annotate.compare import compare
from renkei.annotate.skill import Verdict, judge, judge_sample, passes_gold
from renkei.annotate.vocabulary import load_vocabulary


def test_two_straight_failures_flag_although_floats_miss_the_limit() -> None:
    assert judge([False]) is Verdict.OPEN
    assert judge([False, False]) is Verdict.FLAGGED


def test_ten_passes_clear_and_a_cleared_reader_starts_anew() -> None:
    assert judge([True] * 9) is Verdict.OPEN
    assert judge([True] * 10) is Verdict.CLEARED
    # Without the new start, ten passes would forgive one of these failures.
    assert judge([True] * 10 + [False, False]) is Verdict.FLAGGED


def test_a_flag_stays() -> None:
    assert judge([False, False, *[True] * 40]) is Verdict.FLAGGED


@pytest.mark.parametrize(("skill", "low", "high"), [(0.95, 0.0, 0.05), (0.80, 0.75, 1.0)])
def test_good_readers_are_seldom_flagged_first_and_bad_ones_mostly(
    skill: float, low: float, high: float
) -> None:
    dice = random.Random(6)

    def first_verdict() -> Verdict:
        results: list[bool] = []
        while (verdict := judge(results)) is Verdict.OPEN:
            results.append(dice.random() < skill)
        return verdict

    flagged = [first_verdict() is Verdict.FLAGGED for _ in range(400)]
    assert low <= sum(flagged) / len(flagged) <= high


def test_a_fixed_sample_flags_from_23_of_27() -> None:
    assert judge_sample([True] * 26) is Verdict.OPEN
    assert judge_sample([False] * 4 + [True] * 23) is Verdict.FLAGGED
    assert judge_sample([False] * 30 + [False] * 3 + [True] * 24) is Verdict.CLEARED


def test_a_missed_lesion_fails_the_gold_and_another_size_alone_does_not() -> None:
    words = load_vocabulary("abdomen-ct")
    gold = labels(lesion=ball(5, 12, 10, 4) | ball(5, 5, 22, 3))
    assert passes_gold(compare(gold, gold, words))
    assert not passes_gold(compare(labels(lesion=ball(5, 12, 10, 4)), gold, words))
    close, large = labels(lesion=ball(5, 12, 10, 4)), labels(lesion=ball(5, 12, 10, 5.3))
    found = compare(large, close, words)
    assert [dispute.reason for dispute in found.disputes] == ["size"]
    assert passes_gold(found)
