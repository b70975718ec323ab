"""Filling holes."""

import numpy as np
from tests.annotate.tools.scenes import scene

from renkei.annotate.tools.holes import fill_holes


def test_small_holes_are_filled_and_large_open_or_taken_ones_stay() -> None:
    mask = np.zeros((3, 40, 40), bool)
    mask[1, 2:38, 2:38] = True
    mask[1, 5:8, 5:8] = False
    mask[1, 15:35, 15:35] = False
    mask[1, 2:6, 30] = False
    taken = np.zeros_like(mask)
    taken[1, 6, 6] = True
    filled = fill_holes(scene(mask, taken=taken))
    assert filled[1, 5, 5]
    assert not filled[1, 6, 6]
    assert not filled[1, 20, 20]
    assert not filled[1, 3, 30]
    assert not filled[[0, 2]].any()
    assert fill_holes(scene(mask), most_mm2=400.0)[1, 20, 20]
    # 9 voxels of 5 x 5 mm are a large hole.
    assert not fill_holes(scene(mask, (2.0, 5.0, 5.0)))[1, 5, 5]
