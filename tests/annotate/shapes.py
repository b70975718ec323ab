"""Masks and label sets that the tests of annotating share."""

import numpy as np

from renkei.annotate.compare import label_set
from renkei.annotate.vocabulary import load_vocabulary
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet

WORDS = load_vocabulary("abdomen-ct")
SHAPE = (10, 24, 28)
GRID = Geometry(SHAPE, (2.0, 1.0, 1.0), (-14.0, -12.0, 0.0))


def ball(z: float, y: float, x: float, r: float) -> np.ndarray:
    """Return a ball of radius `r` mm at an index of GRID."""
    at = np.indices(SHAPE).astype(float)
    steps = zip(at, (z, y, x), GRID.spacing, strict=True)
    return np.asarray(sum(((a - c) * s) ** 2 for a, c, s in steps) <= r * r)


def labels(**masks: np.ndarray) -> LabelSet:
    """Return a label set by keys of the abdominal vocabulary."""
    return label_set(LabelSet(GRID, ()), masks, WORDS)
