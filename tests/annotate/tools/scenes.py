"""Scenes for the computing tools."""

from typing import Any

import numpy as np

from renkei.annotate.tool import Mask, Scene


def scene(mask: Mask, spacing: tuple[float, float, float] = (2.0, 1.0, 1.0), **more: Any) -> Scene:
    """Return a scene in which nothing is taken unless said otherwise."""
    return Scene(**{"mask": mask, "spacing": spacing, "taken": np.zeros_like(mask)} | more)


def ball(shape: tuple[int, int, int], radius: float) -> Mask:
    """Return a ball of `radius` voxels in the middle."""
    z, y, x = np.indices(shape)
    middle = [(n - 1) / 2 for n in shape]
    return np.asarray(
        (z - middle[0]) ** 2 + (y - middle[1]) ** 2 + (x - middle[2]) ** 2 <= radius**2
    )
