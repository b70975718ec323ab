"""Smoothing that keeps the volume."""

import numpy as np
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays
from scipy import ndimage
from tests.annotate.tools.scenes import ball, scene

from renkei.annotate.overlap import dice
from renkei.annotate.tools.smooth import smooth_mask


@settings(deadline=None, max_examples=40)
@given(mask=arrays(np.bool_, (4, 7, 6)), taken=arrays(np.bool_, (4, 7, 6)))
def test_the_volume_stays_and_nothing_is_taken(mask: np.ndarray, taken: np.ndarray) -> None:
    smoothed = smooth_mask(scene(mask, taken=taken & ~mask))
    assert np.count_nonzero(smoothed) == np.count_nonzero(mask)
    assert not (smoothed & taken & ~mask).any()


def test_a_ragged_ball_comes_nearer_to_the_ball() -> None:
    truth = ball((17, 33, 33), 7.0)
    rng = np.random.default_rng(7)
    edge = ndimage.binary_dilation(truth) & ~ndimage.binary_erosion(truth)
    ragged = truth ^ (edge & (rng.random(truth.shape) < 0.35))
    smoothed = smooth_mask(scene(ragged, (1.0, 1.0, 1.0)))
    assert (dice(smoothed, truth) or 0) > (dice(ragged, truth) or 1) + 0.03
