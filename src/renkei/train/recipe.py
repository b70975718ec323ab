"""What a recipe is: data about how a model is trained, and the two functions that do it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from renkei.errors import DataRefusedError
from renkei.proof import canonical, digest

Voxels = npt.NDArray[np.generic]
Masks = Mapping[str, npt.NDArray[np.bool_]]
Settings = Mapping[str, float | int]


class NothingToLearnError(DataRefusedError):
    """The training part holds no case, or no voxel of any structure."""


@dataclass(frozen=True, slots=True)
class Example:
    """An image (z, y, x) with its spacing in mm and, for training, a mask per structure.

    A structure that is named with an empty mask was looked for and is absent; one that is not
    named is unknown in this case and teaches nothing.
    """

    name: str
    voxels: Voxels
    spacing: tuple[float, float, float]
    modality: str
    masks: Masks


Fit = Callable[[Sequence[Example], Sequence[str], Settings, int], bytes]
Predict = Callable[[bytes, Example], dict[str, npt.NDArray[np.bool_]]]


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to train: `fit(examples, structures, settings, seed)` gives the model's bytes."""

    name: str
    version: str
    extra: str
    settings: Settings
    fit: Fit
    predict: Predict

    @property
    def sha256(self) -> str:
        """Return the hash of what decides the result besides data and seed."""
        return digest(canonical([self.name, self.version, dict(self.settings)]))
