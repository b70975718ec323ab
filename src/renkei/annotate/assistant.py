"""What an assist is: a name, where it applies, and one function from a question to a mask."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from renkei.errors import DataRefusedError
from renkei.imaging.labels import LabelSet
from renkei.imaging.volume import Volume

Mask = NDArray[np.bool_]
Voxel = tuple[int, int, int]
MOST_POINTS = 100
MOST_EXAMPLES = 12


class AssistRefusedError(DataRefusedError):
    """The assist does not know images of this kind, or lacks what it works from."""


class AssistNeeds(StrEnum):
    """What an assist works from beside the image."""

    POINTS = "points"
    EXAMPLES = "examples"


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """An image with accepted labels."""

    volume: Volume
    labels: LabelSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An image, the label that is asked for, and what may help: points (z, y, x), examples."""

    volume: Volume
    key: str = ""
    points: tuple[Voxel, ...] = ()
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class Assist:
    """A way to a first mask; what it gives is a proposal that a reader changes, never a label.

    `model` is the SHA-256 of a model's bytes, empty for a rule. No modalities means any.
    """

    name: str
    ja: str
    en: str
    modalities: frozenset[str]
    run: Callable[[Question], Mask]
    version: str = "1"
    needs: frozenset[AssistNeeds] = frozenset()
    model: str = ""


def propose(assist: Assist, question: Question) -> Mask:
    """Return the mask (z, y, x) that an assist proposes.

    Raises:
        AssistRefusedError: It does not know the modality, lacks points or examples, a point lies
            outside the image, or its answer is off the image's grid.
    """
    volume = question.volume
    if assist.modalities and volume.modality and volume.modality not in assist.modalities:
        known = ", ".join(sorted(assist.modalities))
        raise AssistRefusedError(f"This assist is for {known}; choose another one.")
    if AssistNeeds.POINTS in assist.needs and not question.points:
        raise AssistRefusedError("Set a point on what belongs to the label first.")
    if AssistNeeds.EXAMPLES in assist.needs and not question.examples:
        raise AssistRefusedError(
            "There is no signed case with this label yet; it learns from the first one on."
        )
    for point in question.points:
        if not all(0 <= at < size for at, size in zip(point, volume.voxels.shape, strict=True)):
            raise AssistRefusedError("A point lies outside the image; set it again.")
    mask = np.asarray(assist.run(question), dtype=bool)
    if mask.shape != volume.voxels.shape:
        raise AssistRefusedError("The assist answered on another grid; it is of no use here.")
    return mask
