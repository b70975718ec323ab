"""Fusion is a starting point: what it keeps, and what it loses."""

import numpy as np
import pytest
from tests.annotate.shapes import SHAPE, ball

from renkei.annotate.fuse import majority, staple
from renkei.annotate.overlap import dice
from renkei.annotate.panel import TooFewReadingsError

TRUTH = ball(5, 12, 14, 7)
READS = [ball(5, 12, 13, 7), ball(5, 12, 15, 7), ball(5, 13, 14, 7)]


def test_more_than_half_decide_each_voxel() -> None:
    votes = np.sum(READS, axis=0)
    assert np.array_equal(majority(READS), votes >= 2)
    assert np.array_equal(majority(READS[:2]), READS[0] & READS[1])
    assert np.array_equal(majority([*READS, READS[0]]), votes + READS[0] >= 3)


def test_of_three_readers_either_is_nearer_than_one() -> None:
    single = max(dice(read, TRUTH) or 0.0 for read in READS)
    assert (dice(majority(READS), TRUTH) or 0.0) > single
    assert (dice(staple(READS)[0], TRUTH) or 0.0) > single


def test_the_reader_who_draws_half_is_the_least_sensitive() -> None:
    half = TRUTH.copy()
    half[:, :, 14:] = False
    fused, readers = staple([TRUTH, half, TRUTH])
    assert np.array_equal(fused, TRUTH)
    assert np.argmin([sensitivity for sensitivity, _ in readers]) == 1
    assert readers[1][0] == pytest.approx(half.sum() / TRUTH.sum(), abs=0.02)


def test_what_one_of_three_found_is_lost_by_both() -> None:
    lesion, empty = ball(5, 12, 14, 3), np.zeros(SHAPE, bool)
    assert not majority([lesion, empty, empty]).any()
    assert not staple([empty, empty, empty])[0].any()


def test_one_reading_is_no_fusion() -> None:
    for fusion in (majority, staple):
        with pytest.raises(TooFewReadingsError):
            fusion([TRUTH])
