"""Lesions: components of a mask, their size, and which of two readers' lesions are the same."""

from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

LEAST_IOU = 0.1


@dataclass(frozen=True, slots=True)
class Lesion:
    """One component: `number` from 1 in scan order; the box is (z, y, x) start and stop."""

    number: int
    voxels: int
    slice: int
    long_mm: float
    short_mm: float
    centre: tuple[float, float, float]
    start: tuple[int, int, int]
    stop: tuple[int, int, int]

    def to_json(self) -> dict[str, Any]:
        """Return the measures as JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Match:
    """Lesions of A and B that belong together: 1 to 1 is the same, else missed, split or merged."""

    a: tuple[int, ...]
    b: tuple[int, ...]

    @property
    def pair(self) -> bool:
        """Tell whether one lesion of A is one of B."""
        return len(self.a) == len(self.b) == 1

    @property
    def reason(self) -> str:
        """Return what is wrong: missed_by_a, missed_by_b, split, or nothing."""
        if self.pair:
            return ""
        if not self.a:
            return "missed_by_a"
        return "missed_by_b" if not self.b else "split"


def components(mask: np.ndarray) -> np.ndarray:
    """Return the 26-components (z, y, x), numbered from 1 by their first voxel in scan order."""
    import cc3d

    found = np.asarray(cc3d.connected_components(mask, connectivity=26))
    numbers, first = np.unique(found, return_index=True)
    order = [int(number) for number in numbers[np.argsort(first)] if number]
    table = np.zeros(int(found.max(initial=0)) + 1, dtype=np.int32)
    table[order] = np.arange(1, len(order) + 1)
    return np.asarray(table[found])


def measure_lesions(parts: np.ndarray, spacing: tuple[float, float, float]) -> tuple[Lesion, ...]:
    """Measure each component: the longest in-plane diameter of any slice, and that across it."""
    from scipy import ndimage

    found = []
    for number, box in enumerate(ndimage.find_objects(parts), start=1):
        if box is None:
            continue
        cut = parts[box] == number
        sizes = [diameters(plane, spacing[1:]) for plane in cut]
        best = int(np.argmax([long for long, _ in sizes]))
        start = tuple(int(part.start) for part in box)
        centre = np.argwhere(cut).mean(axis=0) + start
        found.append(
            Lesion(
                number=number,
                voxels=int(np.count_nonzero(cut)),
                slice=start[0] + best,
                long_mm=sizes[best][0],
                short_mm=sizes[best][1],
                centre=(float(centre[0]), float(centre[1]), float(centre[2])),
                start=(start[0], start[1], start[2]),
                stop=(int(box[0].stop), int(box[1].stop), int(box[2].stop)),
            )
        )
    return tuple(found)


def moved(lesions: tuple[Lesion, ...], by: tuple[int, ...]) -> tuple[Lesion, ...]:
    """Return lesions that were measured in a box on the grid of the image; `by` is its start."""
    z, y, x = by
    return tuple(
        replace(
            one,
            slice=one.slice + z,
            centre=(one.centre[0] + z, one.centre[1] + y, one.centre[2] + x),
            start=(one.start[0] + z, one.start[1] + y, one.start[2] + x),
            stop=(one.stop[0] + z, one.stop[1] + y, one.stop[2] + x),
        )
        for one in lesions
    )


def diameters(plane: np.ndarray, spacing: tuple[float, ...]) -> tuple[float, float]:
    """Return the longest diameter (Feret) of a slice and the extent across it, in mm.

    Points are the middles of the pixels' edges, so that a disc of radius r gives 2r, not 2r minus
    a pixel.
    """
    rows, columns = np.nonzero(plane)
    if rows.size == 0:
        return 0.0, 0.0
    steps = np.array([(0.5, 0.0), (-0.5, 0.0), (0.0, 0.5), (0.0, -0.5)])
    middles = (np.stack([rows, columns], axis=1)[:, None, :] + steps).reshape(-1, 2)
    points = _hull(middles * np.array(spacing))
    apart = points[:, None, :] - points[None, :, :]
    lengths = np.sqrt((apart**2).sum(axis=-1))
    i, j = np.unravel_index(int(np.argmax(lengths)), lengths.shape)
    axis = apart[i, j] / lengths[i, j]
    across = points @ np.array([-axis[1], axis[0]])
    return float(lengths[i, j]), float(across.max() - across.min())


def _hull(points: np.ndarray) -> np.ndarray:
    from scipy.spatial import ConvexHull

    unique = np.unique(points, axis=0)
    return np.asarray(unique[ConvexHull(unique).vertices])


def match_lesions(a: np.ndarray, b: np.ndarray) -> tuple[Match, ...]:
    """Match numbered components (z, y, x) of two readers.

    Two belong together from an IoU of 0.1, or when the deepest point of each lies in the other: a
    centroid may lie outside its own lesion. What hangs together is one match.
    """
    count_a, count_b = int(a.max(initial=0)), int(b.max(initial=0))
    linked = _linked(a, b, count_a, count_b)
    groups: list[tuple[set[int], set[int]]] = [
        ({i}, {j for j in range(1, count_b + 1) if linked[i, j]}) for i in range(1, count_a + 1)
    ]
    groups += [(set(), {j}) for j in range(1, count_b + 1) if not linked[1:, j].any()]
    merged: list[tuple[set[int], set[int]]] = []
    for left, right in groups:
        for other in [group for group in merged if group[1] & right]:
            merged.remove(other)
            left, right = left | other[0], right | other[1]  # noqa: PLW2901  groups grow together
        merged.append((left, right))
    return tuple(Match(tuple(sorted(left)), tuple(sorted(right))) for left, right in merged)


def _linked(a: np.ndarray, b: np.ndarray, count_a: int, count_b: int) -> np.ndarray:
    both = (a > 0) & (b > 0)
    shared = np.zeros((count_a + 1, count_b + 1), dtype=np.int64)
    np.add.at(shared, (a[both], b[both]), 1)
    sizes_a = np.bincount(a.ravel(), minlength=count_a + 1)
    sizes_b = np.bincount(b.ravel(), minlength=count_b + 1)
    union = sizes_a[:, None] + sizes_b[None, :] - shared
    linked = shared >= LEAST_IOU * np.maximum(union, 1)
    linked = np.asarray(linked & (shared > 0))
    deep_a, deep_b = _deepest(a, count_a), _deepest(b, count_b)
    for i, j in np.argwhere((shared > 0) & ~linked):
        linked[i, j] = b[deep_a[i]] == j and a[deep_b[j]] == i
    return linked


def _deepest(parts: np.ndarray, count: int) -> dict[int, tuple[int, ...]]:
    from scipy import ndimage

    found: dict[int, tuple[int, ...]] = {}
    for number, box in enumerate(ndimage.find_objects(parts, max_label=count), start=1):
        if box is not None:
            depth = ndimage.distance_transform_edt(np.pad(parts[box] == number, 1))[
                1:-1, 1:-1, 1:-1
            ]
            at = np.unravel_index(int(np.argmax(depth)), depth.shape)
            found[number] = tuple(int(p) + int(s.start) for p, s in zip(at, box, strict=True))
    return found


def f1(matches: tuple[Match, ...]) -> float | None:
    """Return 2·TP / (2·TP + FP + FN) over lesions; None when nobody drew one."""
    true = sum(match.pair for match in matches)
    wrong = sum(len(match.a) + len(match.b) for match in matches if not match.pair)
    return 2 * true / (2 * true + wrong) if true + wrong else None
