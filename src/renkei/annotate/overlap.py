"""How far two masks of one label agree: Dice, surface Dice, Hausdorff distance, volume.

An empty mask is an answer of its own: both empty is agreed absence and counted apart, one empty is
Dice 0 and no distance.
"""

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

VERSION = "overlap/1"
MM3_PER_ML = 1000.0


@dataclass(frozen=True, slots=True)
class Overlap:
    """Measures of one label in two masks; None where the measure has no meaning.

    Volumes in mL, `hd95_mm` the larger of the two directed 95th percentiles.
    """

    both_absent: bool
    dice: float | None
    surface_dice: float | None
    hd95_mm: float | None
    volume_a: float
    volume_b: float

    def to_json(self) -> dict[str, Any]:
        """Return the measures as JSON values."""
        return asdict(self)


def dice(a: np.ndarray, b: np.ndarray) -> float | None:
    """Return 2·|A∩B| / (|A|+|B|); None when both are empty."""
    total = int(np.count_nonzero(a)) + int(np.count_nonzero(b))
    return 2.0 * int(np.count_nonzero(a & b)) / total if total else None


def mean_dice(values: Sequence[float | None]) -> tuple[float | None, int]:
    """Return the mean over labels that somebody drew, and how many are agreed to be absent."""
    drawn = [value for value in values if value is not None]
    return (sum(drawn) / len(drawn) if drawn else None), len(values) - len(drawn)


def volume_ml(mask: np.ndarray, spacing: tuple[float, float, float]) -> float:
    """Return the volume in mL; `spacing` in mm."""
    return int(np.count_nonzero(mask)) * float(np.prod(spacing)) / MM3_PER_ML


def overlap(
    a: np.ndarray, b: np.ndarray, spacing: tuple[float, float, float], *, tau_mm: float
) -> Overlap:
    """Compare two boolean masks (z, y, x); `spacing` (z, y, x) and `tau_mm` in mm.

    Surface Dice after Nikolov et al. 2018 (doi:10.2196/26151): area within tolerance / all area.
    """
    empty_a, empty_b = not a.any(), not b.any()
    volumes = (volume_ml(a, spacing), volume_ml(b, spacing))
    if empty_a or empty_b:
        one = empty_a != empty_b
        return Overlap(not one, 0.0 if one else None, 0.0 if one else None, None, *volumes)
    a, b = _crop(a, b)
    if np.array_equal(a, b):
        return Overlap(False, 1.0, 1.0, 0.0, *volumes)
    from surface_distance import (
        compute_robust_hausdorff,
        compute_surface_dice_at_tolerance,
        compute_surface_distances,
    )

    with warnings.catch_warnings():
        # surface-distance 0.1 calls scipy by a name of before 1.8; the function is the same.
        warnings.filterwarnings("ignore", "Please import", DeprecationWarning)
        distances = compute_surface_distances(a, b, spacing)
    return Overlap(
        both_absent=False,
        dice=dice(a, b),
        surface_dice=float(compute_surface_dice_at_tolerance(distances, tau_mm)),
        hd95_mm=float(compute_robust_hausdorff(distances, 95)),
        volume_a=volumes[0],
        volume_b=volumes[1],
    )


def _crop(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    either = a | b
    box = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        hit = np.flatnonzero(either.any(axis=others))
        box.append(slice(max(0, int(hit[0]) - 1), int(hit[-1]) + 2))
    cut = tuple(box)
    return np.ascontiguousarray(a[cut]), np.ascontiguousarray(b[cut])
