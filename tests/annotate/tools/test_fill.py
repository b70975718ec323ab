"""Filling between slices."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from renkei.annotate.overlap import dice
from renkei.annotate.tools.fill import fill_between

SPACING = (2.0, 1.0, 1.0)


def tube(step: float, slices: int = 17) -> np.ndarray:
    """Return an oblique tube of radius 6 that moves `step` pixels a slice."""
    z, y, x = np.indices((slices, 40, 60))
    return np.asarray(np.hypot(y - 20, x - 12 - step * z) <= 6)


@pytest.mark.parametrize(
    ("every", "step", "least"), [(2, 0.5, 0.97), (4, 0.5, 0.95), (8, 1.8, 0.93)]
)
def test_a_thinned_tube_comes_back(every: int, step: float, least: float) -> None:
    whole = tube(step)
    thinned = whole.copy()
    thinned[np.arange(whole.shape[0]) % every != 0] = False
    filled = fill_between(thinned, SPACING)
    assert (dice(filled, whole) or 0) >= least
    # Sections that do not overlap would leave slices empty without the move of the centroid.
    assert filled.any(axis=(1, 2)).all()


@settings(deadline=None, max_examples=30)
@given(mask=arrays(np.bool_, (6, 5, 5)))
def test_drawn_slices_never_change_and_nothing_grows_outside_them(mask: np.ndarray) -> None:
    filled = fill_between(mask, SPACING)
    drawn = mask.any(axis=(1, 2))
    assert np.array_equal(filled[drawn], mask[drawn])
    at = np.flatnonzero(drawn)
    if at.size:
        assert not filled[: at[0]].any()
        assert not filled[at[-1] + 1 :].any()
    assert np.array_equal(fill_between(filled, SPACING)[drawn], mask[drawn])
