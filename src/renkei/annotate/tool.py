"""What a tool is: a name, its numbers, and one function that changes one label's mask."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.errors import DataRefusedError

Mask = NDArray[np.bool_]
Spacing = tuple[float, float, float]
Values = Mapping[str, float]
INSIDE, OUTSIDE = 1, 2


class ToolRefusedError(DataRefusedError):
    """A number of the tool lies outside its bounds, or what it is given outside the image."""


class NoImageError(DataRefusedError):
    """The tool reads the image, and there is none."""


class NoSecondLabelError(DataRefusedError):
    """The tool works with a second label, and there is none."""


class NothingScribbledError(DataRefusedError):
    """Nothing is scribbled as belonging to the label."""


class Needs(StrEnum):
    """What a tool works on beside the mask."""

    VOXELS = "voxels"
    OTHER = "other"
    SCRIBBLES = "scribbles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a tool sees; arrays are (z, y, x), spacing is (z, y, x) in mm.

    `taken` are voxels of other labels that the mask must not take. `voxels` are HU where
    `hounsfield`, stored values otherwise. `other` is the second label. `scribbles` are INSIDE,
    OUTSIDE or 0.
    """

    mask: Mask
    spacing: Spacing
    taken: Mask
    voxels: NDArray[Any] | None = None
    hounsfield: bool = False
    other: Mask | None = None
    scribbles: NDArray[np.uint8] | None = None

    def needed_voxels(self) -> NDArray[Any]:
        """Return the voxels of the image.

        Raises:
            NoImageError: There is no image.
        """
        if self.voxels is None:
            raise NoImageError("This tool reads the image: give it together with the labels.")
        return self.voxels

    def needed_other(self) -> Mask:
        """Return the second label's mask.

        Raises:
            NoSecondLabelError: There is none.
        """
        if self.other is None:
            raise NoSecondLabelError("This tool works with a second label: choose one.")
        return self.other

    def needed_scribbles(self) -> NDArray[np.uint8]:
        """Return the scribbles.

        Raises:
            NothingScribbledError: Nothing is scribbled as belonging to the label.
        """
        if self.scribbles is None or not (self.scribbles == INSIDE).any():
            raise NothingScribbledError("Scribble a line on what belongs to the label first.")
        return self.scribbles


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a tool, with its unit and the bounds that it may have."""

    name: str
    ja: str
    en: str
    unit: str
    default: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Tool:
    """A computing tool: a scene and its numbers to a new mask."""

    name: str
    ja: str
    en: str
    run: Callable[[Scene, Values], Mask]
    numbers: tuple[Number, ...] = ()
    needs: frozenset[Needs] = frozenset()

    def values(self, given: Values) -> dict[str, float]:
        """Return every number of the tool, as given or by default.

        Raises:
            ToolRefusedError: It has no such number, or one lies outside its bounds.
        """
        known = {number.name: number for number in self.numbers}
        for name, value in given.items():
            if name not in known:
                raise ToolRefusedError(f"This tool has no number called {name[:40]!r}.")
            number = known[name]
            if not (math.isfinite(value) and number.least <= value <= number.most):
                raise ToolRefusedError(
                    f"{number.en} lies between {number.least:g} and {number.most:g} {number.unit}."
                )
        return {name: float(given.get(name, number.default)) for name, number in known.items()}
