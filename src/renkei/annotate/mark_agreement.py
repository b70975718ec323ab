"""Two readers' marks: which belong together, how far they differ, and what an adjudicator keeps."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from renkei.annotate.marks import ANSWERS, Mark, MarkKind, slice_of
from renkei.annotate.vocabulary import Geometry, Term, Vocabulary
from renkei.imaging.geometry import Geometry as Grid

NEAR_MM = 10.0
DIFFERENCE, SHARE = 2.0, 0.1  # mm, or degrees of an angle
REGION_DIFFERENCE = 10.0  # of the image's values: the noise of a small region in CT
# The numbers by which two marks of one kind are compared.
COMPARED: Mapping[MarkKind, tuple[str, ...]] = {
    MarkKind.RULER: ("length_mm",),
    MarkKind.BIDIRECTIONAL: ("long_mm", "short_mm"),
    MarkKind.ANGLE: ("angle_deg",),
    MarkKind.ELLIPSE: ("mean",),
    MarkKind.RECTANGLE: ("mean",),
}


@dataclass(frozen=True, slots=True)
class MarkPair:
    """Marks that belong together, by their position from 1 under the key; 0 where one has none.

    `values` are (name, A, B); `reason` is empty where they agree.
    """

    key: str
    a: int
    b: int
    reason: str
    slice: int | None
    values: tuple[tuple[str, float, float], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "key": self.key,
            "a": self.a,
            "b": self.b,
            "reason": self.reason,
            "slice": self.slice,
            "values": [
                {"name": name, "a": a, "b": b, "difference": b - a} for name, a, b in self.values
            ],
        }


def compare_marks(
    a: Sequence[Mark], b: Sequence[Mark], vocabulary: Vocabulary, grid: Grid
) -> tuple[MarkPair, ...]:
    """Pair the marks of two readers label by label; labels that are drawn are left out."""
    found: list[MarkPair] = []
    for term in vocabulary.terms:
        mine, theirs = of_key(a, term.key), of_key(b, term.key)
        if term.geometry is Geometry.CLASS:
            found += _answers(term, mine, theirs, grid)
        elif term.geometry is Geometry.MEASURE:
            found += _measures(term, mine, theirs, grid)
    return tuple(found)


def of_key(marks: Sequence[Mark], key: str) -> list[Mark]:
    """Return the marks of one label, in order."""
    return [mark for mark in marks if mark.key == key]


def answers_of(
    term: Term, a: Sequence[Mark], b: Sequence[Mark], grid: Grid
) -> list[tuple[str, str]]:
    """Return both readers' answers where both gave one, as a table of agreement counts them."""
    left = {slice_of(mark, grid): mark.answer for mark in of_key(a, term.key)}
    right = {slice_of(mark, grid): mark.answer for mark in of_key(b, term.key)}
    return [(left[at], right[at]) for at in left if at in right]


def agrees(a: float, b: float, difference: float = DIFFERENCE) -> bool:
    """Tell whether two numbers differ by at most `difference` or a tenth of the larger one."""
    return abs(a - b) <= max(difference, SHARE * max(abs(a), abs(b)))


def _answers(term: Term, a: list[Mark], b: list[Mark], grid: Grid) -> list[MarkPair]:
    left = {slice_of(mark, grid): n for n, mark in enumerate(a, start=1)}
    right = {slice_of(mark, grid): n for n, mark in enumerate(b, start=1)}
    found = []
    for at in dict.fromkeys([*left, *right]):
        one, other = left.get(at, 0), right.get(at, 0)
        same = one and other and a[one - 1].answer == b[other - 1].answer
        reason = "" if same else _missing(one, other) or "answer"
        found.append(MarkPair(term.key, one, other, reason, at))
    return found


def _measures(term: Term, a: list[Mark], b: list[Mark], grid: Grid) -> list[MarkPair]:
    pairs = _matched(a, b)
    alone_a = set(range(len(a))) - {i for i, _ in pairs}
    alone_b = set(range(len(b))) - {j for _, j in pairs}
    found = [_pair(term.key, i, j, a[i], b[j], grid) for i, j in pairs]
    found += [
        MarkPair(term.key, i + 1, 0, "missed_by_b", slice_of(a[i], grid)) for i in sorted(alone_a)
    ]
    found += [
        MarkPair(term.key, 0, j + 1, "missed_by_a", slice_of(b[j], grid)) for j in sorted(alone_b)
    ]
    return found


def _matched(a: list[Mark], b: list[Mark]) -> list[tuple[int, int]]:
    """Return the pairs of one kind that lie near each other, the nearest together (Hungarian)."""
    from scipy.optimize import linear_sum_assignment

    if not a or not b:
        return []
    apart = np.array([[_apart(one, other) for other in b] for one in a])
    far = float(apart[np.isfinite(apart)].sum()) + 1.0
    rows, columns = linear_sum_assignment(np.where(np.isfinite(apart), apart, far))
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return [(i, j) for i, j in pairs if math.isfinite(apart[i, j])]


def _apart(a: Mark, b: Mark) -> float:
    """Return how far two marks lie apart in mm; infinite where they cannot be the same."""
    if a.kind is not b.kind:
        return math.inf
    far = math.dist(_centre(a), _centre(b))
    return far if far <= max(NEAR_MM, _extent(a) / 2, _extent(b) / 2) else math.inf


def _centre(mark: Mark) -> list[float]:
    if mark.kind is MarkKind.ARROW:
        return list(mark.points[0])
    used = mark.points[:2] if mark.kind is MarkKind.BIDIRECTIONAL else mark.points
    return [float(v) for v in np.mean(used, axis=0)]


def _extent(mark: Mark) -> float:
    return math.dist(mark.points[0], mark.points[1]) if mark.kind in COMPARED else 0.0


def _pair(key: str, i: int, j: int, a: Mark, b: Mark, grid: Grid) -> MarkPair:
    names = COMPARED.get(a.kind, ())
    values = tuple(
        (name, a.values[name], b.values[name])
        for name in names
        if name in a.values and name in b.values
    )
    limit = REGION_DIFFERENCE if "mean" in names else DIFFERENCE
    reason = "" if all(agrees(x, y, limit) for _, x, y in values) else "size"
    return MarkPair(key, i + 1, j + 1, reason, slice_of(a, grid), values)


def _missing(a: int, b: int) -> str:
    if not a:
        return "missed_by_a"
    return "" if b else "missed_by_b"


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided of one pair: `a`, `b`, `merge`, `edit` or `none`."""

    key: str
    a: int
    b: int
    choice: str


def settle_marks(
    a: Sequence[Mark], b: Sequence[Mark], decided: Sequence[Decided], own: Sequence[Mark] = ()
) -> tuple[Mark, ...]:
    """Return the marks that follow from the decisions; what is not disputed is A's.

    `edit` takes every mark of the label from what the adjudicator set; `merge` keeps both
    measures, and of two answers A's, since one question has one answer.
    """
    edited = {one.key for one in decided if one.choice == "edit"}
    kept = [mark for mark in a if mark.key not in edited]
    kept += [mark for mark in own if mark.key in edited]
    for one in decided:
        if one.key in edited:
            continue
        mine = of_key(a, one.key)[one.a - 1] if one.a else None
        theirs = of_key(b, one.key)[one.b - 1] if one.b else None
        if mine is not None and one.choice in {"b", "none"}:
            kept.remove(mine)
        both = one.choice == "merge" and (mine is None or mine.kind not in ANSWERS)
        if theirs is not None and (one.choice == "b" or both):
            kept.append(theirs)
    return tuple(kept)
