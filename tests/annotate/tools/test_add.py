"""Adding a label."""

import numpy as np
import pytest
from tests.annotate.tools.scenes import scene

from renkei.annotate.tool import NoSecondLabelError
from renkei.annotate.tools.add import add_label


def test_the_free_voxels_of_the_other_label_come_in() -> None:
    mask, other, taken = (np.zeros((1, 2, 4), bool) for _ in range(3))
    mask[0, 0] = [True, True, False, False]
    other[0, 0] = [False, True, True, True]
    taken[0, 0, 3] = True
    found = add_label(scene(mask, other=other, taken=taken), {})
    assert found[0, 0].tolist() == [True, True, True, False]
    assert not found[0, 1].any()


def test_without_a_second_label_it_is_refused() -> None:
    with pytest.raises(NoSecondLabelError, match="second label"):
        add_label(scene(np.ones((1, 1, 1), bool)), {})
