"""Distances between the surfaces of two masks, each element weighed by its area.

The elements are those of marching cubes at the corners of voxels (Nikolov et al. 2018,
doi:10.2196/26151); counting voxels instead is off by up to 0.08 in surface Dice.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

SLACK_MM = 1e-9  # a step of the grid times its spacing is not the same float each way
_FULL = 255

Spacing = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """Elements of one surface: mm to the other surface, and mm² of each."""

    far: NDArray[np.float64]
    area: NDArray[np.float64]

    def within(self, tau_mm: float) -> float:
        """Return the area that lies within a tolerance of the other surface, in mm²."""
        return float(self.area[self.far <= tau_mm + SLACK_MM].sum())

    def percentile(self, percent: float) -> float:
        """Return the distance within which `percent` of the area lies, in mm."""
        order = np.argsort(self.far)
        share = np.cumsum(self.area[order]) / self.area.sum()
        at = int(np.searchsorted(share, percent / 100))
        return float(self.far[order][min(at, len(order) - 1)])


def surfaces(a: np.ndarray, b: np.ndarray, spacing: Spacing) -> tuple[Surface, Surface]:
    """Return the surfaces of two masks (z, y, x), of which neither is empty, seen from each other.

    A tree of corners instead of a distance map: its work grows with the surface, not the volume.
    """
    codes = [_codes(mask) for mask in (a, b)]
    edges = [(code != 0) & (code != _FULL) for code in codes]
    points = [np.argwhere(edge) * np.array(spacing) for edge in edges]
    areas = _areas(spacing)
    return (
        _seen(points[0], points[1], edges[1][edges[0]], areas[codes[0][edges[0]]]),
        _seen(points[1], points[0], edges[0][edges[1]], areas[codes[1][edges[1]]]),
    )


def _seen(points: np.ndarray, others: np.ndarray, shared: np.ndarray, area: np.ndarray) -> Surface:
    from scipy.spatial import cKDTree

    far = np.zeros(len(points))
    if not shared.all():
        # Not balanced: the points of a grid lie evenly already, and building takes half the time.
        tree = cKDTree(others, leafsize=32, balanced_tree=False, compact_nodes=False)
        far[~shared] = tree.query(points[~shared], workers=-1)[0]
    return Surface(far, area)


def _codes(mask: np.ndarray) -> NDArray[np.uint8]:
    """Return for each corner which of the eight voxels around it are drawn, as bits."""
    around = np.pad(mask, 1).view(np.uint8)
    pairs = (around[:, :, :-1] << 1) | around[:, :, 1:]
    fours = (pairs[:, :-1] << 2) | pairs[:, 1:]
    return np.asarray((fours[:-1] << 4) | fours[1:])


@cache
def _areas(spacing: Spacing) -> NDArray[np.float64]:
    from surface_distance.lookup_tables import create_table_neighbour_code_to_surface_area

    return np.asarray(create_table_neighbour_code_to_surface_area(spacing), dtype=np.float64)
