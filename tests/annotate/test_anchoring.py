"""Anchoring: the arm is drawn by key before, the pull is measured after."""

import pytest

from renkei.annotate.anchoring import Read, anchoring, reads_without


def test_a_tenth_reads_without_and_the_key_decides_which() -> None:
    pairs = [(f"t{n}", f"r{n % 7}") for n in range(4000)]
    drawn = [reads_without(b"k" * 32, *pair) for pair in pairs]
    assert sum(drawn) / len(drawn) == pytest.approx(0.1, abs=0.02)
    assert drawn == [reads_without(b"k" * 32, *pair) for pair in pairs]
    assert drawn != [reads_without(b"q" * 32, *pair) for pair in pairs]
    assert not reads_without(b"k" * 32, "t", "r", share=0.0)
    assert reads_without(b"k" * 32, "t", "r", share=1.0)


def test_the_pull_is_the_difference_of_the_arms_with_an_interval() -> None:
    reads = [
        Read(f"p{n}", prefilled=n % 4 != 0, nearness=0.97 if n % 4 else 0.9, met_gold=n % 8 != 1)
        for n in range(40)
    ]
    found = anchoring(reads)
    assert (found.reads, found.reads_without) == (30, 10)
    assert found.pull == pytest.approx(0.07)
    assert found.pull_interval == pytest.approx((0.07, 0.07))
    assert found.gold == pytest.approx(25 / 30)
    assert found.gold_without == 1.0


def test_without_one_arm_there_is_no_pull() -> None:
    found = anchoring([Read("p", prefilled=True, nearness=1.0)] * 3)
    assert (found.pull, found.pull_interval, found.gold_without) == (None, None, None)
    assert anchoring([]).nearness is None
