"""Measurements that OHIF gives back (SR, TID 1500), as marks on the image.

OHIF says which tool a group was made with in its tracking identifier, and what it is of in its
finding, as free text.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
from pydicom import Dataset

from renkei.annotate.marks import Mark, MarkKind, Place
from renkei.annotate.named import key_named
from renkei.annotate.vocabulary import Vocabulary
from renkei.errors import DataRefusedError
from renkei.imaging.codes import Code
from renkei.imaging.dicom import read_header
from renkei.imaging.volume import Volume

GROUP, TRACKING, TRACKING_UID, FINDING, LONG_AXIS = "125007", "112039", "112040", "121071", "G-A185"
DEPTH, MOST_GROUPS, MOST_ITEMS = 20, 500, 20_000
# OHIF's tools and the marks that they are; others are kept in the file alone.
TOOLS: Mapping[str, MarkKind] = {
    "Length": MarkKind.RULER,
    "Bidirectional": MarkKind.BIDIRECTIONAL,
    "Angle": MarkKind.ANGLE,
    "EllipticalROI": MarkKind.ELLIPSE,
    "RectangleROI": MarkKind.RECTANGLE,
    "Probe": MarkKind.POINT,
    "ArrowAnnotate": MarkKind.ARROW,
}


class MeasurementRefusedError(DataRefusedError):
    """A measurement was made with a tool that has no mark, or lies on no image of the task."""


def read_given(data: bytes, grid: Volume, words: Vocabulary) -> tuple[tuple[str, Mark], ...]:
    """Return the marks of a report, each with the name by which it is known again.

    Raises:
        MeasurementRefusedError: A group has no tool, or lies on another image.
        UnnamedSegmentError: A measurement is not named by the vocabulary.
    """
    dataset = read_header(data, with_pixels=False)
    items = list(islice(_below(dataset), MOST_ITEMS))
    groups = [item for item in items if _named(item) == GROUP]
    if not groups or len(groups) > MOST_GROUPS:
        raise MeasurementRefusedError(
            f"The report holds no measurement, or over {MOST_GROUPS}; save again with fewer."
        )
    return tuple(_mark(group, grid, words) for group in groups)


def _mark(group: Dataset, grid: Volume, words: Vocabulary) -> tuple[str, Mark]:
    inside = list(_below(group))
    kind = TOOLS.get(_text(inside, TRACKING).rpartition(":")[2])
    if kind is None:
        raise MeasurementRefusedError(
            "This tool has no mark here; measure with length, bidirectional, angle or a region."
        )
    finding = next((i for i in inside if _named(i) == FINDING), None)
    code = _code(finding, "ConceptCodeSequence") if finding is not None else None
    key = key_named(words, code.meaning if code else "", code)
    drawn = [(_named(up), _places(item, grid)) for up, item in _coordinates(group)]
    if not drawn:
        raise MeasurementRefusedError("A measurement says no place; draw it again.")
    name = _text(inside, TRACKING_UID) or _text(inside, TRACKING)
    return name, Mark(kind, key, _points(kind, drawn))


def _points(kind: MarkKind, drawn: list[tuple[str, list[Place]]]) -> tuple[Place, ...]:
    places = drawn[0][1]
    if kind is MarkKind.BIDIRECTIONAL:
        axes = sorted(drawn, key=lambda one: one[0] != LONG_AXIS)
        return tuple(place for _, axis in axes[:2] for place in axis)
    if kind is MarkKind.ANGLE and len(places) == 4:
        return places[0], places[1], places[3]  # two sides that meet in the vertex
    if kind is MarkKind.ELLIPSE and len(places) == 4:
        major, minor = np.array(places[:2]), np.array(places[2:])
        half = (minor[1] - minor[0]) / 2
        return _place(major[0] - half), _place(major[1] + half)
    if kind is MarkKind.RECTANGLE and len(places) >= 4:
        return places[0], places[2]
    return tuple(places)


def _place(point: Any) -> Place:
    x, y, z = (float(one) for one in point)
    return x, y, z


def _places(item: Dataset, grid: Volume) -> list[Place]:
    data = np.array(item.GraphicData, dtype=np.float64)
    if str(item.ValueType) == "SCOORD3D":
        return [_place(point) for point in data.reshape(-1, 3)]
    uids = [
        str(one.get("ReferencedSOPInstanceUID", ""))
        for child in _below(item)
        for one in child.get("ReferencedSOPSequence") or ()
    ]
    slices = [grid.sop_uids.index(uid) for uid in uids if uid in grid.sop_uids]
    if not slices:
        raise MeasurementRefusedError("A measurement lies on no image of this task.")
    # SCOORD counts from the corner of the first pixel (PS3.3 C.18.6), the grid from its centre.
    return [
        grid.geometry.point(slices[0], row - 0.5, column - 0.5)
        for column, row in data.reshape(-1, 2).tolist()
    ]


def _coordinates(item: Dataset) -> Iterator[tuple[Dataset, Dataset]]:
    """Yield each set of coordinates with the item that it hangs below."""
    for parent in (item, *_below(item)):
        for child in parent.get("ContentSequence") or ():
            if str(child.get("ValueType", "")) in {"SCOORD", "SCOORD3D"}:
                yield parent, child


def _below(item: Dataset, depth: int = 0) -> Iterator[Dataset]:
    if depth > DEPTH:
        raise MeasurementRefusedError("The report is nested too deeply; save it again.")
    for child in item.get("ContentSequence") or ():
        yield child
        yield from _below(child, depth + 1)


def _text(items: list[Dataset], name: str) -> str:
    for item in items:
        if _named(item) == name:
            return str(item.get("TextValue") or item.get("UID") or "")
    return ""


def _named(item: Dataset) -> str:
    code = _code(item, "ConceptNameCodeSequence")
    return code.value if code else ""


def _code(item: Dataset, keyword: str) -> Code | None:
    for concept in item.get(keyword) or ():
        parts = ("CodingSchemeDesignator", "CodeValue", "CodeMeaning")
        return Code(*(str(concept.get(part) or "") for part in parts))
    return None
