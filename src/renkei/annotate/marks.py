"""Marks on a volume: lengths, angles, regions, points and answers, and the numbers they give.

Places are (x, y, z) in mm of the patient, LPS. Numbers are taken from the image that the reader
saw, by the same arithmetic as in the browser, so both show the same.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.errors import DataRefusedError
from renkei.imaging.geometry import Geometry

Place = tuple[float, float, float]

MOST_VOXELS = 2**21
PERPENDICULAR = math.sin(math.radians(1.0))
# An edge that passes through a voxel's centre takes it in, whatever the last digits say.
EDGE = 1e-6
FLAT = 0.01  # of a voxel: places in one plane of the image share an index to within this


class MarkRefusedError(DataRefusedError):
    """A mark lies off the image, has the wrong shape, or names what the vocabulary does not."""


class MarkKind(StrEnum):
    """What is set on the image."""

    RULER = "ruler"
    BIDIRECTIONAL = "bidirectional"
    ANGLE = "angle"
    ELLIPSE = "ellipse"
    RECTANGLE = "rectangle"
    POINT = "point"
    ARROW = "arrow"
    CLASS = "class"
    SLICE_CLASS = "slice_class"


POINTS: Mapping[MarkKind, int] = {
    MarkKind.RULER: 2,
    MarkKind.BIDIRECTIONAL: 4,
    MarkKind.ANGLE: 3,
    MarkKind.ELLIPSE: 2,
    MarkKind.RECTANGLE: 2,
    MarkKind.POINT: 1,
    MarkKind.ARROW: 2,
    MarkKind.CLASS: 0,
    MarkKind.SLICE_CLASS: 1,
}
REGIONS = frozenset({MarkKind.ELLIPSE, MarkKind.RECTANGLE})
ANSWERS = frozenset({MarkKind.CLASS, MarkKind.SLICE_CLASS})


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark under a key of the vocabulary.

    `points`: the ends of a ruler; the ends of the long, then of the short axis; an angle with its
    vertex in the middle; opposite corners of a region's box; the tip, then the tail of an arrow;
    the centre of a slice that is classed. `answer` is a class's answer, `text` a few words.
    """

    kind: MarkKind
    key: str
    points: tuple[Place, ...] = ()
    answer: str = ""
    text: str = ""
    values: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values; `values` carry their unit in their name, or are the image's."""
        return {
            "kind": self.kind.value,
            "key": self.key,
            "points": [list(place) for place in self.points],
            "answer": self.answer,
            "text": self.text,
            "values": dict(self.values),
        }


def mark_of(row: Mapping[str, Any]) -> Mark:
    """Return the mark of JSON values.

    Raises:
        MarkRefusedError: A field is missing or is something else.
    """
    try:
        points = tuple((float(x), float(y), float(z)) for x, y, z in row["points"])
        values = {str(name): float(value) for name, value in row["values"].items()}
        kind = MarkKind(row["kind"])
        return Mark(kind, str(row["key"]), points, str(row["answer"]), str(row["text"]), values)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise MarkRefusedError("This is no mark; set it again.") from error


def plane_of(mark: Mark, grid: Geometry) -> tuple[int, int] | None:
    """Return the plane of the image in which a mark lies: index axis (z, y, x) and number.

    None for what lies across planes, and for a region that is thinner than its plane.
    """
    index = np.array([grid.index(place) for place in mark.points])
    spread = np.ptp(index, axis=0)
    flat = [axis for axis in range(3) if spread[axis] <= FLAT]
    if not flat or (mark.kind in REGIONS and len(flat) > 1):
        return None
    return flat[0], round(float(index[:, flat[0]].mean()))


def slice_of(mark: Mark, grid: Geometry) -> int | None:
    """Return the acquired slice on which the middle of a mark lies; None for a whole case."""
    if not mark.points:
        return None
    z = float(np.mean([grid.index(place)[0] for place in mark.points]))
    return min(max(math.floor(z + 0.5), 0), grid.shape[0] - 1)


def check_shape(mark: Mark, grid: Geometry) -> None:
    """Refuse a mark that has the wrong number of places, lies off the image or crosses itself.

    Raises:
        MarkRefusedError: The sentence says what to do.
    """
    if len(mark.points) != POINTS[mark.kind]:
        raise MarkRefusedError("The mark has too few or too many points; set it again.")
    if not np.isfinite(np.array(mark.points)).all():
        raise MarkRefusedError("A point of the mark is no place; set it again.")
    for place in mark.points:
        index = np.array(grid.index(place))
        if (index < -0.5 - FLAT).any() or (index > np.array(grid.shape) - 0.5 + FLAT).any():
            raise MarkRefusedError("The mark lies outside the image; set it within.")
    if mark.kind in {MarkKind.RULER, MarkKind.ARROW} and not math.dist(*mark.points) > 0:
        raise MarkRefusedError("Both ends are in one place; draw it longer.")
    if mark.kind is MarkKind.ANGLE and 0.0 in _sides(mark):
        raise MarkRefusedError("A side of the angle has no length; set its points apart.")
    if mark.kind in REGIONS and plane_of(mark, grid) is None:
        raise MarkRefusedError("A region lies in one plane of the image; draw it there.")
    if mark.kind is MarkKind.BIDIRECTIONAL:
        _check_axes(mark, grid)


def _check_axes(mark: Mark, grid: Geometry) -> None:
    a, b, c, d = (np.array(place) for place in mark.points)
    long, short = b - a, d - c
    lengths = float(np.linalg.norm(long)), float(np.linalg.norm(short))
    if not 0 < lengths[1] <= lengths[0] + EDGE or plane_of(mark, grid) is None:
        raise MarkRefusedError("Draw the longest diameter first, and the short one in its plane.")
    if abs(float(long @ short)) > PERPENDICULAR * lengths[0] * lengths[1]:
        raise MarkRefusedError("The short axis must stand at a right angle to the long one.")
    across = [float((end - a) @ short) for end in (c, d)]
    along = float((c - a) @ long) / lengths[0] ** 2
    if across[0] * across[1] > EDGE or not -EDGE <= along <= 1 + EDGE:
        raise MarkRefusedError("The two axes must cross each other.")


def _sides(mark: Mark) -> tuple[float, float]:
    a, vertex, b = mark.points
    return math.dist(a, vertex), math.dist(b, vertex)


def region_of(mark: Mark, grid: Geometry) -> NDArray[np.intp]:
    """Return the voxels (n, 3) as (z, y, x) whose centres lie in a region or nearest to a point.

    Raises:
        MarkRefusedError: It holds no voxel, or too many.
    """
    index = np.array([grid.index(place) for place in mark.points])
    if mark.kind is MarkKind.POINT:
        # Half a voxel counts upwards, as in the browser: rint would go to the even one.
        nearest = np.floor(index + 0.5).astype(np.intp)
        return np.asarray(np.clip(nearest, 0, np.array(grid.shape) - 1))
    low, high = index.min(axis=0), index.max(axis=0)
    first = np.maximum(np.ceil(low - EDGE), 0).astype(np.intp)
    last = np.minimum(np.floor(high + EDGE), np.array(grid.shape) - 1).astype(np.intp)
    plane = plane_of(mark, grid)
    if plane is not None:
        first[plane[0]] = last[plane[0]] = plane[1]
    size = np.maximum(last - first + 1, 0)
    if not 0 < int(np.prod(size)) <= MOST_VOXELS:
        raise MarkRefusedError("The region holds no voxel, or too many; draw it in another size.")
    voxels: NDArray[np.intp] = np.argwhere(np.ones(size, dtype=bool)) + first
    if mark.kind is MarkKind.ELLIPSE and plane is not None:
        inside = [axis for axis in range(3) if axis != plane[0]]
        half = (high - low)[inside] / 2
        middle = (high + low)[inside] / 2
        voxels = voxels[(((voxels[:, inside] - middle) / half) ** 2).sum(axis=1) <= 1 + EDGE]
    if not len(voxels):
        raise MarkRefusedError("The region holds no voxel, or too many; draw it in another size.")
    return voxels


def area_mm2(mark: Mark, grid: Geometry) -> float:
    """Return the area of a region as drawn, in mm2."""
    index = np.array([grid.index(place) for place in mark.points])
    sides = [float(n) for n in np.ptp(index, axis=0) * np.array(grid.spacing)]
    sides.remove(min(sides))
    return math.prod(sides) * (math.pi / 4 if mark.kind is MarkKind.ELLIPSE else 1.0)


def measured(mark: Mark, grid: Geometry, shown: NDArray[np.float64] | None = None) -> Mark:
    """Return the mark with its numbers; `shown` are the values of `region_of`, in its order.

    The standard deviation is that of the region itself (over n, not n - 1).
    """
    return replace(mark, values={**_lengths(mark), **_statistics(mark, grid, shown)})


def _lengths(mark: Mark) -> dict[str, float]:
    p = mark.points
    if mark.kind is MarkKind.RULER:
        return {"length_mm": _rounded(math.dist(p[0], p[1]))}
    if mark.kind is MarkKind.BIDIRECTIONAL:
        long, short = math.dist(p[0], p[1]), math.dist(p[2], p[3])
        return {"long_mm": _rounded(long), "short_mm": _rounded(short)}
    if mark.kind is MarkKind.ANGLE:
        one, other = (np.array(end) - np.array(p[1]) for end in (p[0], p[2]))
        # atan2 keeps its digits where an arc cosine loses them, near 0° and 180°.
        turn = math.atan2(float(np.linalg.norm(np.cross(one, other))), float(one @ other))
        return {"angle_deg": _rounded(math.degrees(turn))}
    return {}


def _statistics(mark: Mark, grid: Geometry, shown: NDArray[np.float64] | None) -> dict[str, float]:
    if shown is None or shown.size == 0:
        return {}
    if mark.kind is MarkKind.POINT:
        return {"value": _rounded(float(shown[0]))}
    return {
        "mean": _rounded(float(shown.mean())),
        "sd": _rounded(float(shown.std())),
        "min": _rounded(float(shown.min())),
        "max": _rounded(float(shown.max())),
        "voxels": float(shown.size),
        "area_mm2": _rounded(area_mm2(mark, grid)),
    }


def _rounded(value: float) -> float:
    """Return a number to 0.01, halves upwards as in browsers: `round` goes to the even one."""
    return math.floor(value * 100 + 0.5) / 100


def needs_voxels(mark: Mark) -> bool:
    """Tell whether the numbers of a mark come from the image's values."""
    return mark.kind in REGIONS or mark.kind is MarkKind.POINT


def value_at(mark: Mark, grid: Geometry, voxels: NDArray[np.generic]) -> Mark:
    """Return the mark with its numbers, taken from a whole image (z, y, x)."""
    if not needs_voxels(mark):
        return measured(mark, grid)
    at = region_of(mark, grid)
    return measured(mark, grid, voxels[at[:, 0], at[:, 1], at[:, 2]].astype(np.float64))
