"""Microscopy bulk annotations (ANN, PS3.3 A.87) → outlines in level-0 pixels."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from renkei.errors import DataRefusedError
from renkei.imaging.codes import Code
from renkei.imaging.dicom import read_header
from renkei.imaging.measurements import ellipse
from renkei.imaging.outlines import AREAS, MAX_OUTLINES, MAX_POINTS, Kind, Outline

ANNOTATIONS = "1.2.840.10008.5.1.4.1.1.91.1"
_KINDS: Mapping[str, Kind] = {
    "POLYGON": Kind.POLYGON,
    "RECTANGLE": Kind.RECTANGLE,
    "ELLIPSE": Kind.POLYGON,
    "POINT": Kind.POINT,
    "POLYLINE": Kind.RULER,
}


class AnnotationsRefusedError(DataRefusedError):
    """The object holds no outlines in the pixels of a slide."""


def read_ann(source: bytes) -> tuple[Outline, ...]:
    """Return areas, points and lines of two places as outlines, named by their property type.

    An ellipse becomes a polygon.

    Raises:
        AnnotationsRefusedError: It is no ANN, is drawn in mm, or holds longer open lines.
    """
    dataset = read_header(source)
    if str(dataset.get("SOPClassUID", "")) != ANNOTATIONS:
        raise AnnotationsRefusedError("This is not a microscopy annotation object.")
    if str(dataset.get("AnnotationCoordinateType", "")) != "2D":
        raise AnnotationsRefusedError(
            "The annotations are drawn in mm on the glass; export them in pixels of the image."
        )
    if str(dataset.get("PixelOriginInterpretation") or "VOLUME") != "VOLUME":
        raise AnnotationsRefusedError(
            "The annotations count from the corner of a tile; export them for the whole image."
        )
    groups = dataset.get("AnnotationGroupSequence") or ()
    found = tuple(outline for group in groups for outline in _outlines(group))
    if not found:
        raise AnnotationsRefusedError("The object holds no annotation.")
    if len(found) > MAX_OUTLINES or sum(len(o.rings[0]) for o in found) > MAX_POINTS:
        raise AnnotationsRefusedError("There are more annotations than the limit.")
    return found


def _outlines(group: Dataset) -> Iterator[Outline]:
    graphic = str(group.get("GraphicType", ""))
    if graphic not in _KINDS:
        raise AnnotationsRefusedError("This is no graphic of a slide; export polygons or points.")
    kind = _KINDS[graphic]
    concept = (group.get("AnnotationPropertyTypeCodeSequence") or [Dataset()])[0]
    parts = ("CodingSchemeDesignator", "CodeValue", "CodeMeaning")
    code = Code(*(str(concept.get(part) or "") for part in parts))
    name = code.meaning or str(group.get("AnnotationGroupLabel") or "")
    for points in _shapes(group, graphic):
        ring = [(float(x), float(y)) for x, y in points]
        if kind is Kind.RULER and len(ring) != 2:
            raise AnnotationsRefusedError("Open lines are no areas; export polygons.")
        closed = (*ring, ring[0]) if kind in AREAS else tuple(ring)
        yield Outline(name, (closed,), code, kind)


def _shapes(group: Dataset, kind: str) -> Iterator[NDArray[np.float64]]:
    wide = "DoublePointCoordinatesData" in group
    raw = group.get("DoublePointCoordinatesData" if wide else "PointCoordinatesData") or b""
    flat = np.frombuffer(raw, dtype="<f8" if wide else "<f4").astype(np.float64)
    if flat.size % 2 or not np.isfinite(flat).all():
        raise AnnotationsRefusedError("The coordinates of an annotation are broken.")
    points = flat.reshape(-1, 2)
    if kind == "POINT":
        yield from points[:, None, :]
        return
    if kind in {"POLYGON", "POLYLINE"}:
        # The list names the first value, from 1, of each polygon among single numbers.
        index = np.frombuffer(group.get("LongPrimitivePointIndexList") or b"", dtype="<u4")
        starts = (index.astype(np.int64) - 1) // 2
        ends = [*starts[1:], len(points)]
        sizes = [end - start for start, end in zip(starts, ends, strict=True)]
        if not sizes or starts[0] != 0 or min(sizes) < (3 if kind == "POLYGON" else 2):
            raise AnnotationsRefusedError("A polygon has fewer than three points.")
        yield from (points[a:b] for a, b in zip(starts, ends, strict=True))
        return
    if len(points) % 4:
        raise AnnotationsRefusedError("A rectangle or ellipse has four points.")
    for four in points.reshape(-1, 4, 2):
        if kind == "RECTANGLE":
            yield four
        else:
            a, b, c, d = four
            yield ellipse((a + b) / 2, (b - a) / 2, (d - c) / 2)
