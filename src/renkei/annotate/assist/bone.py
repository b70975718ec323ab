"""Bone on CT by a threshold."""

import numpy as np
from numpy.typing import NDArray

from renkei.annotate.assist.body import find_body
from renkei.annotate.assistant import Assist, Question
from renkei.annotate.tools.islands import remove_islands
from renkei.imaging.volume import Volume

BONE_HU = 200  # trabecular bone lies near 150-300, soft tissue without contrast under 100


def find_bone(volume: Volume) -> NDArray[np.bool_]:
    """Return what is at least 200 HU inside the body, closed by one voxel, without specks.

    Contrast in vessels and metal is bone to this threshold; a reader takes it out.
    """
    from scipy import ndimage

    dense = (np.asarray(volume.voxels) >= BONE_HU) & find_body(volume)
    plus = ndimage.generate_binary_structure(2, 1)[None]
    return remove_islands(ndimage.binary_closing(dense, plus), volume.geometry.spacing)


def _run(question: Question) -> NDArray[np.bool_]:
    return find_bone(question.volume)


ASSIST = Assist("bone", "骨", "Bone", frozenset({"CT"}), _run)
