"""Where a grid of voxels lies in the patient: DICOM's LPS axes, in mm."""

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Geometry:
    """A regular grid: `shape` and `spacing` in (z, y, x), `origin` in (x, y, z), all mm, LPS.

    `origin` is the centre of voxel [0, 0, 0]. `direction` holds a 3x3 matrix row by row; its
    columns are the unit vectors of the x, y and z index axes, as ITK has it.
    """

    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    direction: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)

    @property
    def affine(self) -> NDArray[np.float64]:
        """Return the 4x4 matrix from index (x, y, z) to mm (x, y, z)."""
        matrix = np.eye(4)
        matrix[:3, :3] = self.axes * np.array(self.spacing[::-1])
        matrix[:3, 3] = self.origin
        return matrix

    @property
    def axes(self) -> NDArray[np.float64]:
        """Return the 3x3 direction matrix."""
        return np.array(self.direction, dtype=np.float64).reshape(3, 3)

    @property
    def voxel_mm3(self) -> float:
        """Return the volume of one voxel in mm3."""
        return math.prod(self.spacing)

    @property
    def orientation(self) -> str:
        """Return the nearest anatomical letters of the x, y and z axes, such as `LPS`."""
        letters = (("L", "R"), ("P", "A"), ("S", "I"))
        found = ""
        for axis in self.axes.T:
            row = int(np.argmax(np.abs(axis)))
            found += letters[row][0 if axis[row] > 0 else 1]
        return found

    def point(self, z: float, y: float, x: float) -> tuple[float, float, float]:
        """Return the place (x, y, z) in mm of an index."""
        px, py, pz = self.affine[:3] @ (x, y, z, 1.0)
        return float(px), float(py), float(pz)

    def index(self, place: tuple[float, float, float]) -> tuple[float, float, float]:
        """Return the index (z, y, x), with fractions, of a place (x, y, z) in mm."""
        x, y, z, _ = np.linalg.solve(self.affine, (*place, 1.0))
        return float(z), float(y), float(x)

    def close_to(self, other: "Geometry", mm: float = 1e-3) -> bool:
        """Say whether every voxel lies within `mm` of the other grid's voxel of the same index."""
        if self.shape != other.shape:
            return False
        z, y, x = (n - 1 for n in self.shape)
        corners = [(0, 0, 0), (z, 0, 0), (0, y, 0), (0, 0, x), (z, y, x)]
        return all(math.dist(self.point(*c), other.point(*c)) <= mm for c in corners)

    def same_points(self, other: "Geometry", mm: float) -> bool:
        """Say whether both grids hold the same points, whichever way their axes run."""
        counts = self.shape[::-1], other.shape[::-1]
        steps = self.spacing[::-1], other.spacing[::-1]
        for axis in range(3):
            turned = int(np.argmax(np.abs(self.axes[:, axis] @ other.axes)))
            apart = abs(steps[0][axis] - steps[1][turned]) * counts[0][axis]
            if counts[0][axis] != counts[1][turned] or apart > mm:
                return False
        mine, theirs = corners(self), corners(other)
        return all(min(math.dist(a, b) for b in theirs) <= mm for a in mine)


def corners(grid: Geometry) -> list[tuple[float, float, float]]:
    """Return the places (x, y, z) in mm of a grid's eight outermost voxels."""
    return [grid.point(*ends) for ends in product(*((0, n - 1) for n in grid.shape))]
