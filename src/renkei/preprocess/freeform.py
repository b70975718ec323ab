"""Free-form deformation: a cubic B-spline fitted by mutual information and L-BFGS, in numpy.

Sources: Rueckert et al. 1999 (the model); Mattes et al. 2003 (the metric with Parzen windows).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from renkei.preprocess.information import Field, binned, levels, mutual, sample
from renkei.preprocess.itk import sitk

# Bending, per mm² of the second difference between control points, against nats of information.
BENDING = 0.01


@dataclass(frozen=True, slots=True)
class Lattice:
    """Control points over an image's extent: cells per axis (z, y, x), their side in mm.

    `origin` is the domain's corner along the image's own axes (z, y, x), in mm from its first
    voxel. Each axis has three more control points than cells.
    """

    cells: tuple[int, int, int]
    side: float
    origin: tuple[float, float, float]

    def basis(self, axis: int, count: int, spacing: float) -> Field:
        """Return the weights (voxels, control points) of the cubic B-spline along one axis."""
        at = (np.arange(count) * spacing - self.origin[axis]) / self.side
        cell = np.clip(np.floor(at).astype(int), 0, self.cells[axis] - 1)
        f = at - cell
        weights = ((1 - f) ** 3, 3 * f**3 - 6 * f**2 + 4, -3 * f**3 + 3 * f**2 + 3 * f + 1, f**3)
        basis = np.zeros((count, self.cells[axis] + 3), np.float32)
        for k, weight in enumerate(weights):
            basis[np.arange(count), cell + k] = weight / 6
        return basis

    def finer(self) -> "Lattice":
        """Return the lattice with cells of half the side."""
        z, y, x = self.cells
        return Lattice((2 * z, 2 * y, 2 * x), self.side / 2, self.origin)


def lattice_over(image: Any, side: float) -> Lattice:
    """Return the lattice that covers the centres of all voxels, with equal slack on both ends."""
    extent = [
        (n - 1) * s for n, s in zip(image.GetSize()[::-1], image.GetSpacing()[::-1], strict=True)
    ]
    cells = [max(1, math.ceil((e + 1.0) / side)) for e in extent]
    origin = [(e - n * side) / 2 for e, n in zip(extent, cells, strict=True)]
    return Lattice((cells[0], cells[1], cells[2]), side, (origin[0], origin[1], origin[2]))


def finer(control: Field) -> Field:
    """Return the same B-spline on control points of half the distance (3, z, y, x)."""
    for axis in (1, 2, 3):
        c = np.moveaxis(control, axis, 0)
        out = np.empty((2 * len(c) - 3, *c.shape[1:]), c.dtype)
        out[0::2] = (c[:-1] + c[1:]) / 2
        out[1::2] = (c[:-2] + 6 * c[1:-1] + c[2:]) / 8
        control = np.moveaxis(out, 0, axis)
    return np.ascontiguousarray(control)


class Fit:
    """Mutual information of one level as a function of the control points.

    Both images are isotropic with the same axes; `moving` reaches further on every side and is
    NaN where nothing was measured. Control points move along these axes (z, y, x), in mm.
    """

    def __init__(self, fixed: Any, moving: Any, inside: NDArray[np.bool_]) -> None:
        voxels = sitk.GetArrayFromImage(fixed)
        self.spacing = float(fixed.GetSpacing()[0])
        self.shape = voxels.shape
        self.where = np.flatnonzero(inside)
        self.per_mm = np.float32(1 / moving.GetSpacing()[0])
        corner = moving.TransformPhysicalPointToContinuousIndex(fixed.GetOrigin())[::-1]
        step = self.spacing * self.per_mm
        self.at = np.stack(
            [
                np.float32(first) + c.astype(np.float32) * step
                for first, c in zip(corner, np.unravel_index(self.where, self.shape), strict=True)
            ]
        )
        self.fixed = binned(voxels.ravel()[self.where])
        self.moving = levels(sitk.GetArrayFromImage(moving))

    def best(self, lattice: Lattice, control: Field, rounds: int) -> Field:
        """Return the control points that L-BFGS reaches from these."""
        shape = control.shape
        bases = [lattice.basis(a, n, self.spacing) for a, n in enumerate(self.shape)]

        def cost(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            c = flat.reshape(shape).astype(np.float32)
            value, slope = self._information(c, bases)
            bent, bending = _bending(c)
            return bent - value, (bending - slope).ravel().astype(np.float64)

        found = optimize.minimize(
            cost,
            control.ravel().astype(np.float64),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": rounds, "maxcor": 8, "ftol": 1e-6},
        )
        best: Field = found.x.reshape(shape).astype(np.float32)
        return best

    def _information(self, control: Field, bases: Sequence[Field]) -> tuple[float, Field]:
        """Return the mutual information in nats, and its slope by each control point."""
        moved = [spread(c, bases).ravel()[self.where] for c in control]
        value, slope = sample(self.moving, self.at + np.stack(moved) * self.per_mm)
        information, by_value = mutual(self.fixed, value)
        slopes = np.zeros_like(control)
        dense = np.zeros(int(np.prod(self.shape)), np.float32)
        for axis in range(3):
            dense[self.where] = by_value * slope[axis] * self.per_mm
            slopes[axis] = gather(dense.reshape(self.shape), bases)
        return information, slopes


def spread(control: Field, bases: Sequence[Field]) -> Field:
    """Return the B-spline of one component at every voxel (z, y, x)."""
    z, y, x = bases
    out: Field = np.matmul(y, np.tensordot(z, control, 1)) @ x.T
    return out


def gather(voxels: Field, bases: Sequence[Field]) -> Field:
    """Return the transpose of `spread`: what each control point receives from the voxels."""
    z, y, x = bases
    out: Field = np.tensordot(z.T, np.matmul(y.T, voxels @ x), 1)
    return out


def _bending(control: Field) -> tuple[float, Field]:
    """Return the bending of the lattice and its slope."""
    cost, slope = 0.0, np.zeros_like(control)
    scale = BENDING / control[0].size
    for axis in (1, 2, 3):
        c = np.moveaxis(control, axis, 0)
        bend = c[:-2] - 2 * c[1:-1] + c[2:]
        cost += scale * float((bend**2).sum())
        into = np.moveaxis(slope, axis, 0)
        into[:-2] += 2 * scale * bend
        into[1:-1] -= 4 * scale * bend
        into[2:] += 2 * scale * bend
    return cost, slope
