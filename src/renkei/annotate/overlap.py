"""How far two masks of one label agree: Dice, surface Dice, Hausdorff distance, volume.

An empty mask is an answer of its own: both empty is agreed absence and counted apart, one empty is
Dice 0 and no distance.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from renkei.annotate.box import box_of
from renkei.annotate.surface import Spacing, surfaces

VERSION = "overlap/2"
MM3_PER_ML = 1000.0


@dataclass(frozen=True, slots=True)
class Overlap:
    """Measures of one label in two masks; None where the measure has no meaning.

    Volumes in mL, `hd95_mm` the larger of the two directed 95th percentiles; `why` it is None.
    """

    both_absent: bool
    dice: float | None
    surface_dice: float | None
    hd95_mm: float | None
    volume_a: float
    volume_b: float
    why: str = ""

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


def volume_ml(mask: np.ndarray, spacing: Spacing) -> float:
    """Return the volume in mL; `spacing` in mm."""
    return int(np.count_nonzero(mask)) * float(np.prod(spacing)) / MM3_PER_ML


def overlap(a: np.ndarray, b: np.ndarray, spacing: Spacing, *, tau_mm: float) -> Overlap:
    """Compare two boolean masks (z, y, x); `spacing` (z, y, x) and `tau_mm` in mm.

    Surface Dice after Nikolov et al. 2018 (doi:10.2196/26151): area within tolerance / all area.
    """
    box = box_of(a, b)
    if box is None:
        return Overlap(True, None, None, None, 0.0, 0.0, "both_absent")
    a, b = np.ascontiguousarray(a[box]), np.ascontiguousarray(b[box])
    volumes = (volume_ml(a, spacing), volume_ml(b, spacing))
    if not all(volumes):
        return Overlap(False, 0.0, 0.0, None, *volumes, "one_absent")
    if np.array_equal(a, b):
        return Overlap(False, 1.0, 1.0, 0.0, *volumes)
    seen = surfaces(a, b, spacing)
    return Overlap(
        both_absent=False,
        dice=dice(a, b),
        surface_dice=sum(one.within(tau_mm) for one in seen)
        / sum(float(one.area.sum()) for one in seen),
        hd95_mm=max(one.percentile(95) for one in seen),
        volume_a=volumes[0],
        volume_b=volumes[1],
    )
