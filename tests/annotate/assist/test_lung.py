"""Finding the lungs on CT."""

from dataclasses import replace

import numpy as np
import pytest

from renkei.annotate.assist.lung import find_lung
from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume

SHAPE = (12, 80, 100)
GRID = Geometry(SHAPE, (5.0, 3.0, 3.0))


@pytest.fixture
def chest() -> Volume:
    """Return a body with two lungs, a vessel in one, gas of the bowel, and air around."""
    voxels = np.full(SHAPE, -1000, np.int16)
    voxels[:, 10:70, 10:90] = 40
    voxels[:, 20:60, 15:40] = -820
    voxels[:, 20:60, 60:85] = -820
    voxels[:, 38:40, 70:72] = 60
    voxels[:, 30:50, 44:56] = -990
    return Volume(voxels, GRID, "CT")


def test_lungs_are_found_with_their_vessels_and_without_gas(chest: Volume) -> None:
    found = find_lung(chest)
    truth = np.zeros(SHAPE, bool)
    truth[:, 20:60, 15:40] = truth[:, 20:60, 60:85] = True
    shared = 2 * np.count_nonzero(found & truth) / (found.sum() + truth.sum())
    assert shared > 0.98
    assert found[:, 39, 71].all()
    assert not found[:, 40, 50].any()


def test_without_lungs_there_is_nothing(chest: Volume) -> None:
    solid = np.where(chest.voxels < -500, -1000, chest.voxels).astype(np.int16)
    assert not find_lung(replace(chest, voxels=solid)).any()
