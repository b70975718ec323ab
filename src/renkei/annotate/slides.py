"""Two readings of a slide: areas of polygons and places of points, by the same rules as masks."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np

from renkei.annotate.compare import Comparison, Dispute, TermResult
from renkei.annotate.files import Format
from renkei.annotate.outline_files import write_outlines
from renkei.annotate.overlap import Overlap
from renkei.annotate.vocabulary import Vocabulary, load_vocabulary
from renkei.errors import DataRefusedError
from renkei.imaging.outlines import (
    AREAS,
    FINDINGS,
    Kind,
    Outline,
    Scale,
    dice,
)
from renkei.proof import canonical, digest

AGREED_DICE = 0.8
MOST_POINTS = 20_000
# Two marks within this are of the same cell, as in the mitosis challenges: 7.5 µm on the glass.
SAME_CELL_UM = 7.5
SAME_CELL_PX = 30.0  # 7.5 µm at the 0.25 µm per pixel of most scanners, for slides without a scale
_PLACES = {Kind.POINT: 1, Kind.RULER: 2}


class OutlineRefusedError(DataRefusedError):
    """A polygon lies outside the slide, crosses itself or names no label."""


@dataclass(frozen=True, slots=True)
class Density:
    """Points of a class inside the boxes that are annotated throughout."""

    key: str
    count: int
    area_mm2: float

    @property
    def per_mm2(self) -> float:
        """Return points per mm² of annotated area."""
        return self.count / self.area_mm2


def compare_outlines(
    a: Sequence[Outline],
    b: Sequence[Outline],
    vocabulary: Vocabulary,
    said: Sequence[set[str]] = (),
    *,
    mpp: float | None = None,
) -> Comparison:
    """Compare two readings; `said` are the labels that each reader called absent.

    Areas count by Dice; a class of points alone by the F1 of marks on the same cell. A class
    that one drew and the other did not is a dispute about presence.
    """
    results = []
    near = SAME_CELL_PX if mpp is None else SAME_CELL_UM / mpp
    for term in vocabulary.terms:
        sides = [[o for o in side if o.name == term.key and o.kind in FINDINGS] for side in (a, b)]
        mine, theirs = ([o for o in side if o.kind in AREAS] for side in sides)
        if not any(sides) and not all(term.key in keys for keys in said or [set()]):
            continue
        if mine or theirs:
            score = dice(mine, theirs) if mine and theirs else 0.0
        else:
            score = match_points(sides[0], sides[1], near) if any(sides) else None
        areas = [sum(outline.area_px() for outline in side) for side in (mine, theirs)]
        measured = Overlap(score is None, score, None, None, areas[0], areas[1])
        reason = "extent" if all(sides) else "presence"
        wrong = score is not None and score < AGREED_DICE
        disputes = (Dispute(term.key, reason),) if wrong else ()
        results.append(TermResult(term.key, measured, disputes))
    return Comparison(tuple(results))


def match_points(a: Sequence[Outline], b: Sequence[Outline], near: float) -> float:
    """Return the F1 of two sets of points, paired one to one within `near` pixels."""
    from scipy.spatial import KDTree

    if not a or not b:
        return 0.0
    first, second = (np.array([o.rings[0][0] for o in side]) for side in (a, b))
    pairs = KDTree(first).sparse_distance_matrix(KDTree(second), near, output_type="coo_matrix")
    free_a, free_b = set(range(len(a))), set(range(len(b)))
    # The nearest first: a mark pairs with one mark only.
    for at in np.argsort(pairs.data, kind="stable"):
        i, j = int(pairs.row[at]), int(pairs.col[at])
        if i in free_a and j in free_b:
            free_a.remove(i)
            free_b.remove(j)
    return 2 * (len(a) - len(free_a)) / (len(a) + len(b))


def densities(outlines: Sequence[Outline], mpp: float) -> tuple[Density, ...]:
    """Return how many points of each class lie in the annotated boxes, such as mitoses per mm².

    Boxes that overlap count once.
    """
    import shapely

    boxes = [shapely.Polygon(o.rings[0]) for o in outlines if o.kind is Kind.ANNOTATED]
    if not boxes:
        return ()
    scope = shapely.union_all(boxes)
    area = float(scope.area) * (mpp / 1000.0) ** 2
    found = []
    for key in sorted({o.name for o in outlines if o.kind is Kind.POINT}):
        places = [o.rings[0][0] for o in outlines if o.kind is Kind.POINT and o.name == key]
        count = int(shapely.intersects_xy(scope, np.array(places)).sum())
        found.append(Density(key, count, area))
    return tuple(found)


def check_outline(outline: Outline, vocabulary: Vocabulary, width: int, height: int) -> None:
    """Refuse a polygon that is not one, lies off the slide, or is of no class.

    Raises:
        UnknownTermError: Its class is not in the vocabulary.
        OutlineRefusedError: It is open, crosses itself, has too many points or lies off the slide.
    """
    import shapely

    vocabulary.term(outline.name)
    points = [point for ring in outline.rings for point in ring]
    if len(points) > MOST_POINTS:
        raise OutlineRefusedError(f"A polygon has at most {MOST_POINTS} points; draw several.")
    if not all(0 <= x <= width and 0 <= y <= height for x, y in points):
        raise OutlineRefusedError("The polygon lies outside the slide: draw it again.")
    if outline.kind in _PLACES:
        if len(outline.rings) != 1 or len(set(points)) != _PLACES[outline.kind]:
            raise OutlineRefusedError("A point is one place, a ruler two: draw it again.")
        return
    if any(len(ring) < 4 or ring[0] != ring[-1] for ring in outline.rings):
        raise OutlineRefusedError("A polygon is closed: draw it again.")
    if outline.kind is not Kind.POLYGON and not _upright(outline):
        raise OutlineRefusedError("A box has four corners and stands upright: draw it again.")
    if not shapely.Polygon(outline.rings[0], outline.rings[1:]).is_valid:
        raise OutlineRefusedError("The polygon crosses itself: draw it again.")


def _upright(outline: Outline) -> bool:
    ring = outline.rings[0]
    across, down = ({place[axis] for place in ring} for axis in (0, 1))
    return len(outline.rings) == 1 and len(ring) == 5 and len(across) == len(down) == 2


def counts(elements: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the classes that stored elements find; rulers and annotated boxes find nothing."""
    return {e["key"] for e in elements if e.get("kind", Kind.POLYGON) in FINDINGS}


def to_elements(outlines: Sequence[Outline]) -> list[dict[str, Any]]:
    """Return outlines as the JSON values that are hashed and stored, in a fixed order.

    A parent is named by what it is, not by the id of its row, so that equal drawings give
    equal hashes and elements of two readings can be put together.
    """
    named = {outline.id: element_name(outline) for outline in outlines if outline.id}
    elements = []
    for outline in outlines:
        element = _element(outline)
        if parent := named.get(outline.parent):
            element["parent"] = parent
        elements.append(element)
    return sorted(elements, key=repr)


def element_name(outline: Outline) -> str:
    """Return an id made of what an element is: class, kind and places."""
    return str(UUID(digest(canonical(_element(outline)))[:32]))


def _element(outline: Outline) -> dict[str, Any]:
    rings = [[[x, y] for x, y in ring] for ring in outline.rings]
    return {"key": outline.name, "kind": outline.kind.value, "rings": rings}


def from_elements(elements: Sequence[dict[str, Any]]) -> tuple[Outline, ...]:
    """Return the outlines of stored elements."""
    found = []
    for element in elements:
        rings = tuple(tuple((float(x), float(y)) for x, y in ring) for ring in element["rings"])
        kind = Kind(element.get("kind", Kind.POLYGON))
        plain = Outline(element["key"], rings, None, kind)
        own, parent = element_name(plain), element.get("parent", "")
        found.append(replace(plain, id=own, parent=parent))
    return tuple(found)


def export_elements(stored: bytes, kind: str, scale: Scale, head: bytes = b"") -> bytes:
    """Return the stored elements of a slide as GeoJSON, COCO or ANN; `head` begins the slide.

    For ANN call this through `renkei.compute`: the slide came from outside.

    Raises:
        ImageNeededError: ANN of a slide that is not DICOM.
        LabelFileRefusedError: The DICOM file is not the slide's image of full size.
        AnnotationsRefusedError: There is nothing that ANN can hold.
    """
    body = json.loads(stored)
    words = load_vocabulary(body["vocabulary"])
    outlines = from_elements(body["elements"])
    return write_outlines(outlines, Format(kind), scale, words=words, head=head)
