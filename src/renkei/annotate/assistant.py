"""What an assist is: a name, where it applies, and one function from a volume to a mask."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from renkei.imaging.volume import Volume


@dataclass(frozen=True, slots=True)
class Assist:
    """A way to a first mask; what it gives is a proposal that a reader changes, never a label."""

    name: str
    ja: str
    en: str
    modalities: frozenset[str]
    run: Callable[[Volume], NDArray[np.bool_]]
    version: str = "1"
