"""Overlap measures against independent implementations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays
from scipy import ndimage
from tests.annotate.shapes import GRID, ball

from renkei.annotate.overlap import dice, mean_dice, overlap, volume_ml

masks = arrays(np.bool_, (4, 5, 6))


@given(a=masks, b=masks)
def test_dice_is_twice_the_shared_over_the_sum_of_both(a: np.ndarray, b: np.ndarray) -> None:
    left, right = set(np.flatnonzero(a)), set(np.flatnonzero(b))
    expected = 2 * len(left & right) / (len(left) + len(right)) if left or right else None
    assert dice(a, b) == expected
    assert dice(b, a) == expected


def test_agreed_absence_is_counted_apart_and_never_in_the_mean() -> None:
    assert mean_dice([0.5, None, 1.0, None]) == (0.75, 2)
    assert mean_dice([None]) == (None, 1)


@settings(deadline=None, max_examples=25)
@given(a=masks, b=masks)
def test_every_pair_of_masks_has_an_answer(a: np.ndarray, b: np.ndarray) -> None:
    found = overlap(a, b, (2.0, 1.0, 0.5), tau_mm=1.0)
    assert found.both_absent == (not a.any() and not b.any())
    if a.any() and b.any():
        assert found.surface_dice is not None
        assert 0 <= found.surface_dice <= 1
        assert found.hd95_mm is not None
    else:
        assert found.hd95_mm is None


def test_one_empty_mask_is_zero_and_has_no_distance() -> None:
    found = overlap(ball(5, 12, 14, 5), np.zeros(GRID.shape, bool), GRID.spacing, tau_mm=1.0)
    assert (found.dice, found.surface_dice, found.hd95_mm) == (0.0, 0.0, None)


@pytest.mark.parametrize("shift", [1, 2, 3])
def test_the_distance_of_a_moved_box_is_near_the_voxel_surface_distance(shift: int) -> None:
    a = np.zeros((12, 20, 20), bool)
    a[3:9, 5:15, 4:12] = True
    b = np.roll(a, shift, axis=2)
    found = overlap(a, b, (1.0, 1.0, 1.0), tau_mm=0.5)
    edges = [m & ~ndimage.binary_erosion(m) for m in (a, b)]
    far = [ndimage.distance_transform_edt(~edge) for edge in edges]
    expected = max(np.percentile(far[1][edges[0]], 95), np.percentile(far[0][edges[1]], 95))
    assert found.hd95_mm == pytest.approx(expected, abs=0.6)
    assert found.hd95_mm == pytest.approx(shift, abs=0.6)


def test_surface_dice_of_a_plane_face_within_tolerance_is_one() -> None:
    a = ball(5, 12, 14, 8)
    b = np.roll(a, 1, axis=2)
    assert overlap(a, b, GRID.spacing, tau_mm=1.5).surface_dice == pytest.approx(1.0, abs=0.02)
    assert (overlap(a, b, GRID.spacing, tau_mm=0.1).surface_dice or 0) < 0.9


def test_the_volume_of_a_thousand_cubic_millimetres_is_one_millilitre() -> None:
    mask = np.zeros((10, 20, 20), bool)
    mask[:5, :10, :10] = True
    assert volume_ml(mask, (2.0, 1.0, 1.0)) == pytest.approx(1.0)
