"""The patient's body on CT, without table and air around it."""

import numpy as np
from numpy.typing import NDArray

from renkei.annotate.assistant import Assist, Question
from renkei.imaging.volume import Volume

SKIN_HU = -300


def find_body(volume: Volume) -> NDArray[np.bool_]:
    """Return the largest part over -300 HU, opened by one voxel, each slice's holes filled."""
    from scipy import ndimage

    plus = ndimage.generate_binary_structure(2, 1)[None]
    dense = ndimage.binary_opening(np.asarray(volume.voxels) > SKIN_HU, plus)
    parts, count = ndimage.label(dense)
    if count == 0:
        return np.zeros(dense.shape, dtype=bool)
    largest = parts == 1 + int(np.argmax(np.bincount(parts.ravel())[1:]))
    return np.stack([ndimage.binary_fill_holes(plane) for plane in largest])


def _run(question: Question) -> NDArray[np.bool_]:
    return find_body(question.volume)


ASSIST = Assist("body", "体表", "Body", frozenset({"CT"}), _run)
