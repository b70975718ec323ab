"""Removing islands."""

import numpy as np

from renkei.annotate.tools.islands import remove_islands


def test_specks_go_and_lesions_stay() -> None:
    mask = np.zeros((6, 20, 20), bool)
    mask[1:4, 2:8, 2:8] = True
    mask[2, 12:15, 12:16] = True
    mask[5, 19, 19] = True
    cleaned = remove_islands(mask, (1.0, 1.0, 1.0))
    assert not cleaned[5, 19, 19]
    assert cleaned[2, 13, 13]
    assert np.array_equal(cleaned, remove_islands(cleaned, (1.0, 1.0, 1.0)))
    # The same specks are large lesions on a coarse grid.
    assert np.array_equal(remove_islands(mask, (5.0, 2.0, 2.0)), mask)


def test_the_only_component_stays_however_small() -> None:
    mask = np.zeros((3, 3, 3), bool)
    assert not remove_islands(mask, (1.0, 1.0, 1.0)).any()
    mask[1, 1, 1] = True
    assert remove_islands(mask, (1.0, 1.0, 1.0)).sum() == 1
