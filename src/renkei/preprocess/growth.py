"""Growth of lesions: sizes on each scan's own grid; registration only says which one is which.

A deformation that is fitted to a grown lesion shrinks the growth away, so nothing is measured on
a carried image or by a Jacobian.
"""

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError, distance

from renkei.imaging import codes
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, Segment
from renkei.preprocess.grid import carry_numbers
from renkei.preprocess.held import Scan
from renkei.preprocess.tracks import Lesion, Numbers, Tracks

# Each voxel at the border may lie inside by any share, and a lesion ends anywhere between two
# slices: half of its first and last. 1.96 standard deviations; of 2250 made ellipsoids at 1 to 6
# mm between slices 99 in 100 lay within, 94 in the worst class.
SURE = 1.96
ENDS = 0.25
MOST_LESIONS = 500


def find_growth(scans: Sequence[Scan], transforms: Sequence[Any]) -> list[Lesion]:
    """Return each lesion at each date that has labels.

    `transforms[k]` sends points of the first scan's grid to points of scan k; that of the first
    is None. A date without labels is left out, since nothing says what was there.
    """
    grid = scans[0].image.geometry
    tracks = Tracks(grid)
    rows: list[Lesion] = []
    for number, (scan, transform) in enumerate(zip(scans, transforms, strict=True), start=1):
        if scan.labels is None:
            continue
        own = lesion_numbers(scan.labels)
        found = {
            n: measured(own == n, scan.labels.geometry, number, scan.image.facts.day)
            for n in range(1, int(own.max(initial=0)) + 1)
        }
        there = np.ones_like(own)
        if transform is not None:
            own, there = (
                carry_numbers(one, scan.image.geometry, grid, transform) for one in (own, there)
            )
        rows += tracks.follow(own, found, there > 0, scan=number, day=scan.image.facts.day)
    return rows


def growth_csv(rows: Sequence[Lesion]) -> bytes:
    """Return the table, one row per lesion and date; what cannot be said is empty."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    names = [field.name for field in fields(Lesion)]
    writer.writerow(names)
    for row in rows:
        values = [getattr(row, name) for name in names]
        writer.writerow([round(v, 2) if isinstance(v, float) else v for v in values])
    return out.getvalue().encode()


def lesion_numbers(labels: LabelSet) -> Numbers:
    """Return an array (z, y, x) that counts the lesions: what touches, also by a corner, is one."""
    masks = [one.mask for one in labels.segments if _is_lesion(one)]
    every = np.any(masks, axis=0) if masks else np.zeros(labels.geometry.shape, bool)
    numbers, _ = ndimage.label(every, np.ones((3, 3, 3)))
    found: Numbers = np.where(numbers <= MOST_LESIONS, numbers, 0).astype(np.int32)
    return found


def measured(mask: NDArray[np.bool_], grid: Geometry, scan: int, day: float | None) -> Lesion:
    """Return the size of one lesion on its own grid."""
    (corner,) = ndimage.find_objects(mask.view(np.uint8))
    part = np.pad(mask[corner], 1)
    cross = ndimage.generate_binary_structure(3, 1)
    border = np.count_nonzero(part & ~ndimage.binary_erosion(part, cross))
    border += np.count_nonzero(~part & ndimage.binary_dilation(part, cross))
    filled = np.count_nonzero(part, axis=(1, 2))
    first, last = filled[1], filled[-2]
    squared = border + ENDS * (first**2 + last**2)
    return Lesion(
        "",
        scan,
        "",
        day,
        volume_mm3=float(np.count_nonzero(part) * grid.voxel_mm3),
        error_mm3=SURE * grid.voxel_mm3 * math.sqrt(squared / 12),
        diameter_mm=max(_diameter(plane, grid) for plane in part if plane.any()),
    )


def _is_lesion(segment: Segment) -> bool:
    said = f"{segment.name} {segment.code.value} {segment.code.meaning}".lower()
    return "lesion" in said or segment.code.value == codes.NEOPLASM.value


def _diameter(plane: NDArray[np.bool_], grid: Geometry) -> float:
    """Return the longest line in a slice: between centres of voxels, plus one voxel."""
    _, dy, dx = grid.spacing
    points = np.argwhere(plane) * np.array([dy, dx])
    try:
        points = points[ConvexHull(points).vertices]
    except (QhullError, ValueError):  # fewer than three voxels, or all in one line
        points = points[[0, -1]]
    longest = float(distance.pdist(points).max()) if len(points) > 1 else 0.0
    return longest + math.sqrt(dy * dx)
