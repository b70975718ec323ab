"""Subtracting a label."""

import numpy as np
import pytest
from tests.annotate.tools.scenes import scene

from renkei.annotate.tool import NoSecondLabelError
from renkei.annotate.tools.subtract import subtract_label


def test_the_shared_voxels_go() -> None:
    mask, other, taken = (np.zeros((1, 2, 4), bool) for _ in range(3))
    mask[0, 0] = [True, True, False, False]
    other[0, 0] = [False, True, True, True]
    taken[0, 0, 3] = True
    found = subtract_label(scene(mask, other=other, taken=taken), {})
    assert found[0, 0].tolist() == [True, False, False, False]
    assert not found[0, 1].any()


def test_without_a_second_label_it_is_refused() -> None:
    with pytest.raises(NoSecondLabelError, match="second label"):
        subtract_label(scene(np.ones((1, 1, 1), bool)), {})
