import numpy as np
import pytest

from renkei.train.metrics import score_mask


def ball(radius: float, shift: float = 0.0, spacing=(1.0, 1.0, 1.0), size=48) -> np.ndarray:
    z, y, x = (np.arange(size) * s - size * s / 2 for s in spacing)
    return (
        (z[:, None, None] - shift) ** 2 + y[None, :, None] ** 2 + x[None, None, :] ** 2
    ) <= radius**2


def test_equal_masks_score_one_at_no_distance() -> None:
    score = score_mask(ball(10), ball(10), (1, 1, 1))
    assert (score.state, score.dice, score.surface_dice, score.hd95) == ("both", 1, 1, 0)


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.5, 1.0, 1.0)])
def test_a_shift_by_three_mm_is_three_mm_at_any_spacing(spacing) -> None:
    one, other = ball(10, spacing=spacing), ball(10, 3.0, spacing=spacing)
    score = score_mask(one, other, spacing, tolerance=2)
    assert score.hd95 == pytest.approx(3, abs=0.4)
    assert 0 < score.surface_dice < 1
    assert score_mask(one, other, spacing, tolerance=3.1).surface_dice == 1


def test_empty_masks_are_states_of_their_own() -> None:
    empty = np.zeros((8, 8, 8), bool)
    full = ~empty
    assert score_mask(empty, empty, (1, 1, 1)).dice is None
    assert score_mask(full, empty, (1, 1, 1)).state == "missed"
    assert score_mask(empty, full, (1, 1, 1)).dice == 0
    assert score_mask(full, full, (2, 1, 1)).reference_ml == pytest.approx(1.024)


def test_a_mask_at_the_edge_of_the_image_has_a_surface_there() -> None:
    mask = np.zeros((6, 6, 6), bool)
    mask[:3] = True
    thinner = mask.copy()
    thinner[0] = False
    assert score_mask(mask, thinner, (1, 1, 1)).hd95 == pytest.approx(1)
