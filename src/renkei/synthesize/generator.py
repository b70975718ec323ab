"""What a generator is: data about how cases are synthesised, and the function that does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from renkei.errors import DataRefusedError
from renkei.proof import canonical, digest

Voxels = npt.NDArray[np.generic]
Mask = npt.NDArray[np.bool_]
Params = Mapping[str, float | int]


class NoRoomError(DataRefusedError):
    """The organ has no place for what should be put into it."""


@dataclass(frozen=True, slots=True)
class Background:
    """An image to work on: voxels (z, y, x), spacing in mm, the organ and what to spare."""

    voxels: Voxels
    spacing: tuple[float, float, float]
    modality: str
    organ: Mask
    avoid: Mask


@dataclass(frozen=True, slots=True)
class Generated:
    """A synthesised image with the exact mask of what was added and a record of each part."""

    voxels: Voxels
    mask: Mask
    record: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Generator:
    """One way to synthesise: `generate(background, params, seed)`; same input, same bytes."""

    name: str
    version: str
    extra: str
    needs: str
    params: Params
    generate: Callable[[Background, Params, int], Generated]

    def params_sha256(self, params: Params) -> str:
        """Return the hash of what decides the result besides parent and seed."""
        return digest(canonical([self.name, self.version, dict(params)]))
