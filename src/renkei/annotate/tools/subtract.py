"""Subtract: take another label's voxels out."""

import numpy as np

from renkei.annotate.tool import Mask, Needs, Scene, Tool, Values


def subtract_label(scene: Scene, _: Values) -> Mask:
    """Return the voxels that the other label does not have."""
    return np.asarray(scene.mask & ~scene.needed_other())


TOOL = Tool(
    "subtract", "ラベルを引く", "Subtract label", subtract_label, needs=frozenset({Needs.OTHER})
)
