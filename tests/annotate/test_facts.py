"""Facts are measured, and what cannot be known stays unknown."""

import numpy as np
import pytest
from tests.annotate.shapes import GRID, SHAPE, WORDS, ball, labels

from renkei.annotate.facts import facts_of_volume
from renkei.annotate.vocabulary import Side

LESION = ball(5, 12, 6, 3)


def test_a_lesion_takes_side_and_organ_from_where_it_lies() -> None:
    kidney = ball(5, 12, 6, 5)
    found = facts_of_volume(
        labels(kidney_right=kidney, lesion=LESION), WORDS, modality="CT", voxels=np.full(SHAPE, 40)
    )
    (lesion,) = found.lesions
    assert (lesion.organ, lesion.side, lesion.mean_hu) == ("kidney_right", Side.RIGHT, 40.0)
    assert lesion.volume_ml == pytest.approx(np.count_nonzero(LESION) * 2 / 1000, abs=0.005)
    assert lesion.slice == 6
    (organ,) = found.organs
    assert organ.volume_ml == pytest.approx(
        np.count_nonzero(kidney) * GRID.voxel_mm3 / 1000, abs=0.01
    )


def test_without_organ_and_midline_the_side_is_unknown() -> None:
    (lesion,) = facts_of_volume(labels(lesion=LESION), WORDS, modality="MR").lesions
    assert (lesion.organ, lesion.side, lesion.mean_hu) == (None, None, None)


def test_the_spine_tells_left_from_right_in_patient_coordinates() -> None:
    spine = np.zeros(SHAPE, bool)
    spine[:, 20:23, 13:15] = True
    for x, side in ((5, Side.RIGHT), (22, Side.LEFT)):
        found = facts_of_volume(labels(spine=spine, lesion=ball(5, 8, x, 3)), WORDS, modality="CT")
        assert found.lesions[0].side is side


def test_an_empty_label_is_an_asserted_absence() -> None:
    found = facts_of_volume(labels(lesion=np.zeros(SHAPE, bool)), WORDS, modality="CT")
    assert (found.absent, found.lesions) == (("lesion",), ())
