"""Fit a rigid or affine transform by mutual information and L-BFGS, in numpy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.spatial.transform import Rotation

from renkei.preprocess.information import binned, levels, mutual, sample
from renkei.preprocess.itk import sitk

# Where fewer of the points meet the moving image, few values agree by chance.
LEAST_SEEN = 0.25
ROUNDS = 40
Matrix = NDArray[np.float64]


class Match:
    """Mutual information of two images by a transform, on `count` points drawn with `seed`.

    The points lie between the voxels: on them alone, linear interpolation does not blur, which
    would hold two equal grids together.
    """

    def __init__(
        self, fixed: Any, moving: Any, count: int, seed: int, *, least_gain: float = 1e-5
    ) -> None:
        self.least_gain = least_gain
        size = np.array(fixed.GetSize())
        random = np.random.default_rng(seed)
        at = random.uniform(size=(count, 3)) * (size - 1.01)
        value, _ = sample(sitk.GetArrayFromImage(fixed), at[:, ::-1].T.astype(np.float32))
        self.fixed = binned(value)
        points = np.array(fixed.GetOrigin()) + at @ _per_index(fixed).T
        self.centre = points.mean(0)
        self.arms = (points - self.centre).T
        self.radius = float(np.sqrt((self.arms**2).sum(0).mean()))
        self.moving = levels(sitk.GetArrayFromImage(moving))
        self.to_index = np.linalg.inv(_per_index(moving))
        self.origin = np.array(moving.GetOrigin())

    def best(self, start: Any, *, affine: bool = False) -> Any:
        """Return the transform that L-BFGS reaches from `start`."""
        first = matrix_of(start)
        shift = np.array(start.TransformPoint(self.centre.tolist())) - self.centre
        turned = self._affine if affine else self._turned

        def cost(p: Matrix) -> tuple[float, Matrix]:
            matrix, by_param = turned(p[3:], first)
            value, slope, by_shift = self._information(matrix, shift + p[:3])
            by_matrix = [float((slope * d).sum()) for d in by_param]
            return -value, -np.concatenate([by_shift, by_matrix])

        found = optimize.minimize(
            cost,
            np.zeros(12 if affine else 6),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": ROUNDS, "ftol": self.least_gain},
        ).x
        matrix, _ = turned(found[3:], first)
        return self._transform(matrix, shift + found[:3], affine=affine)

    def information(self, transform: Any) -> float:
        """Return the mutual information in nats."""
        shift = np.array(transform.TransformPoint(self.centre.tolist())) - self.centre
        return self._information(matrix_of(transform), shift)[0]

    def _information(self, matrix: Matrix, shift: Matrix) -> tuple[float, Matrix, Matrix]:
        """Return the information, and its slope by the matrix (3, 3) and by the shift (3)."""
        first = self.to_index @ (self.centre + shift - self.origin)
        at = (self.to_index @ matrix) @ self.arms + first[:, None]
        value, slope = sample(self.moving, at[::-1].astype(np.float32))
        if np.mean(np.isfinite(value)) < LEAST_SEEN:
            return 0.0, np.zeros((3, 3)), np.zeros(3)
        information, by_value = mutual(self.fixed, value)
        by_point = self.to_index.T @ (by_value * slope[::-1]).astype(np.float64)
        return information, by_point @ self.arms.T, by_point.sum(1)

    def _turned(self, p: Matrix, first: Matrix) -> tuple[Matrix, list[Matrix]]:
        """Return the first matrix turned by a vector in mm at the radius, and its slopes."""

        def turn(vector: Matrix) -> Matrix:
            return np.asarray(Rotation.from_rotvec(vector / self.radius).as_matrix() @ first)

        step = np.eye(3) * 1e-4
        return turn(p), [(turn(p + d) - turn(p - d)) / 2e-4 for d in step]

    def _affine(self, p: Matrix, first: Matrix) -> tuple[Matrix, list[Matrix]]:
        units = np.eye(9).reshape(9, 3, 3) / self.radius
        return first + p.reshape(3, 3) / self.radius, list(units)

    def _transform(self, matrix: Matrix, shift: Matrix, *, affine: bool) -> Any:
        transform = sitk.AffineTransform(3) if affine else sitk.Euler3DTransform()
        transform.SetCenter(self.centre.tolist())
        transform.SetMatrix(matrix.ravel().tolist())
        transform.SetTranslation(shift.tolist())
        return transform


def matrix_of(transform: Any) -> Matrix:
    """Return the matrix (3, 3) of a rigid or affine SimpleITK transform."""
    return np.array(transform.GetMatrix()).reshape(3, 3)


def _per_index(image: Any) -> Matrix:
    axes = np.array(image.GetDirection()).reshape(3, 3)
    return np.asarray(axes * np.array(image.GetSpacing()))
