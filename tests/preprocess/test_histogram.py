"""Histograms count what is there; laid on another window, they keep every voxel."""

import numpy as np
import pytest

from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume
from renkei.preprocess.histogram import BINS, WINDOW_HU, cohort, histogram, rebinned


def volume(voxels: np.ndarray, modality: str = "CT") -> Volume:
    grid = Geometry(voxels.shape, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1, 0, 0, 0, 1, 0, 0, 0, 1))
    return Volume(voxels, grid, modality)


def test_ct_is_counted_in_its_window_and_what_lies_outside_at_the_ends() -> None:
    voxels = np.full((7, 10, 10), 50, np.int16)
    voxels[:2] = 3000
    found = histogram(volume(voxels))
    assert (found["low"], found["high"]) == WINDOW_HU
    at = int((50 - WINDOW_HU[0]) / (WINDOW_HU[1] - WINDOW_HU[0]) * BINS)
    assert sum(found["counts"]) == found["counts"][at] + found["counts"][-1] == 100
    assert found["mean"] == pytest.approx((71 * 50 + 29 * 3000) / 100, rel=0.02)


def test_unit_range_and_mr_take_their_own() -> None:
    rng = np.random.default_rng(1)
    unit = histogram(volume(rng.random((9, 20, 20)).astype(np.float32)))
    assert (unit["low"], unit["high"]) == (0.0, 1.0)
    mr = histogram(volume(rng.normal(300, 20, (30, 40, 40)).astype(np.float32), "MR"))
    assert 225 < mr["low"] < 250
    assert 350 < mr["high"] < 375
    constant = histogram(volume(np.full((3, 9, 9), 4, np.int16), "MR"))
    assert constant["low"] < 4 < constant["high"]


def test_another_window_keeps_every_voxel() -> None:
    rng = np.random.default_rng(2)
    found = histogram(volume(rng.normal(0, 200, (30, 40, 40)).astype(np.int16)))
    for window in ((-1024.0, 1536.0), (-3000.0, 3000.0), (-100.0, 100.0)):
        assert rebinned(found, *window).sum() == pytest.approx(1.0)
    same = rebinned(found, *WINDOW_HU)
    np.testing.assert_allclose(same, np.array(found["counts"]) / sum(found["counts"]))


def test_a_cohort_weighs_images_alike_and_spans_them_all() -> None:
    rng = np.random.default_rng(3)
    small = histogram(volume(rng.normal(100, 5, (10, 10, 10)).astype(np.float32), "MR"))
    large = histogram(volume(rng.normal(300, 5, (50, 50, 50)).astype(np.float32), "MR"))
    both = cohort([small, large])
    assert both["low"] == small["low"]
    assert both["high"] == large["high"]
    assert sum(both["shares"][:32]) == pytest.approx(0.5, abs=0.01)
    assert both["means"] == sorted([small["mean"], large["mean"]])
