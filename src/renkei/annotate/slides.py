"""Two readings of a slide: areas of polygons per class, by the same rules as masks."""

from collections.abc import Sequence
from typing import Any

from renkei.annotate.compare import Comparison, Dispute, TermResult
from renkei.annotate.overlap import Overlap
from renkei.annotate.vocabulary import Vocabulary
from renkei.errors import DataRefusedError
from renkei.imaging.outlines import Outline, dice

AGREED_DICE = 0.8
MOST_POINTS = 20_000


class OutlineRefusedError(DataRefusedError):
    """A polygon lies outside the slide, crosses itself or names no label."""


def compare_outlines(
    a: Sequence[Outline],
    b: Sequence[Outline],
    vocabulary: Vocabulary,
    said: Sequence[set[str]] = (),
) -> Comparison:
    """Compare two readings; `said` are the labels that each reader called absent.

    A class that one drew and the other did not is a dispute about presence.
    """
    results = []
    for term in vocabulary.terms:
        mine = [outline for outline in a if outline.name == term.key]
        theirs = [outline for outline in b if outline.name == term.key]
        if not mine and not theirs and not all(term.key in keys for keys in said or [set()]):
            continue
        score = dice(mine, theirs) if mine and theirs else (0.0 if mine or theirs else None)
        areas = [sum(outline.area_px() for outline in side) for side in (mine, theirs)]
        measured = Overlap(score is None, score, None, None, areas[0], areas[1])
        reason = "presence" if not mine or not theirs else "extent"
        wrong = score is not None and score < AGREED_DICE
        disputes = (Dispute(term.key, reason),) if wrong else ()
        results.append(TermResult(term.key, measured, disputes))
    return Comparison(tuple(results))


def check_outline(outline: Outline, vocabulary: Vocabulary, width: int, height: int) -> None:
    """Refuse a polygon that is not one, lies off the slide, or is of no class.

    Raises:
        UnknownTermError: Its class is not in the vocabulary.
        OutlineRefusedError: It is open, crosses itself, has too many points or lies off the slide.
    """
    import shapely

    vocabulary.term(outline.name)
    points = [point for ring in outline.rings for point in ring]
    if len(points) > MOST_POINTS or any(len(r) < 4 or r[0] != r[-1] for r in outline.rings):
        raise OutlineRefusedError(f"A polygon is closed and has at most {MOST_POINTS} points.")
    if not all(0 <= x <= width and 0 <= y <= height for x, y in points):
        raise OutlineRefusedError("The polygon lies outside the slide: draw it again.")
    if not shapely.Polygon(outline.rings[0], outline.rings[1:]).is_valid:
        raise OutlineRefusedError("The polygon crosses itself: draw it again.")


def to_elements(outlines: Sequence[Outline]) -> list[dict[str, Any]]:
    """Return outlines as the JSON values that are hashed and stored, in a fixed order."""
    elements = [
        {"key": outline.name, "rings": [[[x, y] for x, y in ring] for ring in outline.rings]}
        for outline in outlines
    ]
    return sorted(elements, key=repr)


def from_elements(elements: Sequence[dict[str, Any]]) -> tuple[Outline, ...]:
    """Return the outlines of stored elements."""
    return tuple(
        Outline(
            element["key"],
            tuple(tuple((float(x), float(y)) for x, y in ring) for ring in element["rings"]),
        )
        for element in elements
    )
