"""Add: take in another label's voxels."""

import numpy as np

from renkei.annotate.tool import Mask, Needs, Scene, Tool, Values


def add_label(scene: Scene, _: Values) -> Mask:
    """Return the voxels of either label, but for those that are taken."""
    return np.asarray(scene.mask | (scene.needed_other() & ~scene.taken))


TOOL = Tool("add", "ラベルを足す", "Add label", add_label, needs=frozenset({Needs.OTHER}))
