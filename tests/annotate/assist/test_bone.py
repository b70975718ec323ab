"""Finding bone on CT."""

from dataclasses import replace

import numpy as np
from tests.annotate.assist.test_body import phantom

from renkei.annotate.assist.bone import find_bone


def test_bone_is_found_in_the_body_only() -> None:
    volume = phantom()
    voxels = volume.voxels.copy()
    voxels[:, 34:38, 36:44] = 600
    found = find_bone(replace(volume, voxels=voxels))
    assert found[:, 34:38, 36:44].all()
    assert np.count_nonzero(found) == 4 * 4 * 8
