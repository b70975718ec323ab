"""Finding the body on CT."""

import numpy as np

from renkei.annotate.assist.body import find_body
from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume

SHAPE = (4, 60, 80)


def phantom() -> Volume:
    """Return a body with lungs on a thin table."""
    voxels = np.full(SHAPE, -1000, np.int16)
    voxels[:, 10:40, 15:65] = 40
    voxels[:, 20:30, 25:35] = -850
    voxels[:, 50:51, :] = 300
    return Volume(voxels, Geometry(SHAPE, (3.0, 1.0, 1.0)), "CT")


def test_the_body_holds_its_lungs_and_not_the_table() -> None:
    found = find_body(phantom())
    assert found[:, 25, 30].all()
    assert not found[:, 50].any()
    assert abs(int(found.sum()) - 4 * 30 * 50) < 4 * 30


def test_air_alone_has_no_body() -> None:
    volume = Volume(np.full(SHAPE, -1000, np.int16), Geometry(SHAPE, (3.0, 1.0, 1.0)), "CT")
    assert not find_body(volume).any()
