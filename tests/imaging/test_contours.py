"""Contours: filling what was outlined gives the same pixels back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from renkei.imaging.contours import contours_of
from renkei.imaging.polygons import fill


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 2**32 - 1), share=st.floats(0.05, 0.95), smooth=st.floats(0, 2))
def test_filling_the_contours_gives_the_mask_back(seed, share, smooth):
    noise = ndimage.gaussian_filter(np.random.default_rng(seed).random((23, 31)), smooth)
    mask = noise > np.quantile(noise, share)
    assert (fill(contours_of(mask), mask.shape) == mask).all()


def test_a_hole_is_a_ring_of_its_own():
    mask = np.zeros((12, 12), bool)
    mask[2:10, 2:10] = True
    mask[4:6, 4:6] = False
    assert len(contours_of(mask)) == 2


@pytest.mark.parametrize("mask", [np.zeros((4, 4), bool), np.ones((4, 4), bool)])
def test_nothing_and_everything(mask):
    assert (fill(contours_of(mask), mask.shape) == mask).all()
