"""What a tool is: a name and one function that changes one label's mask."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Tool:
    """A computing tool: mask (z, y, x) and spacing (z, y, x) in mm to a new mask."""

    name: str
    ja: str
    en: str
    run: Callable[[Mask, tuple[float, float, float]], Mask]
