"""Intersect: keep only what another label has as well."""

import numpy as np

from renkei.annotate.tool import Mask, Needs, Scene, Tool, Values


def intersect_labels(scene: Scene, _: Values) -> Mask:
    """Return the voxels that both labels have."""
    return np.asarray(scene.mask & scene.needed_other())


TOOL = Tool("intersect", "共通部分", "Intersect", intersect_labels, needs=frozenset({Needs.OTHER}))
