"""Growing into similar voxels."""

import numpy as np
import pytest
from tests.annotate.tools.scenes import ball, scene

from renkei.annotate.tool import NoImageError
from renkei.annotate.tools.grow import NothingDrawnError, grow_region

ORGAN = ball((15, 31, 31), 6.0)
CT = np.where(ORGAN, 60, -80).astype(np.int16)


def test_a_seed_grows_to_its_organ_and_no_further_than_its_reach() -> None:
    seed = ball(ORGAN.shape, 2.0)
    assert np.array_equal(grow_region(scene(seed, (1.0, 1.0, 1.0), voxels=CT)), ORGAN)
    near = grow_region(scene(seed, (1.0, 1.0, 1.0), voxels=CT), reach_mm=2.0)
    assert np.array_equal(near, near & ball(ORGAN.shape, 4.01))
    assert near.sum() > seed.sum()


def test_it_takes_nothing_from_another_label_and_not_what_lies_behind_it() -> None:
    seed, taken = np.zeros_like(ORGAN), np.zeros_like(ORGAN)
    seed[7, 15, 11] = True
    taken[:, :, 15] = True
    grown = grow_region(scene(seed, (1.0, 1.0, 1.0), voxels=CT, taken=taken))
    assert not grown[:, :, 15:].any()
    assert np.array_equal(grown[:, :, :15], ORGAN[:, :, :15])


def test_without_a_seed_or_an_image_it_says_what_to_do() -> None:
    with pytest.raises(NothingDrawnError, match="Draw a part"):
        grow_region(scene(np.zeros_like(ORGAN), voxels=CT))
    with pytest.raises(NoImageError, match="reads the image"):
        grow_region(scene(ORGAN))
