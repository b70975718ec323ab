"""Marks out: a table (CSV) of every number, and a DICOM structured report of the same."""

import csv
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO, StringIO
from typing import Any

from pydicom import dcmread

from renkei.annotate.marks import REGIONS, Mark, MarkKind, Place, mark_of, slice_of
from renkei.annotate.vocabulary import Vocabulary, load_vocabulary
from renkei.imaging.codes import Code
from renkei.imaging.geometry import Geometry
from renkei.imaging.marked import (
    ANGLE,
    AREA,
    DEGREE,
    DEVIATION,
    LEAST,
    LENGTH,
    MM2,
    MOST,
    NO_UNIT,
    VALUE,
    Drawn,
    Marked,
    write_marked,
)
from renkei.imaging.structured import ATTENUATION, HU, LONG, MEAN, MM, SHORT, Amount, Reader

OWN = "99RENKEI"
READER = "READERS^OF^RENKEI"
COLUMNS = (
    "number",
    "label",
    "code",
    "meaning",
    "kind",
    "name",
    "value",
    "unit",
    "answer",
    "slice",
    "sop_uid",
    "points_mm",
    "text",
)
UNITS = {"length_mm": "mm", "long_mm": "mm", "short_mm": "mm", "angle_deg": "deg"}
UNITS |= {"area_mm2": "mm2", "voxels": "1"}


def marks_csv(
    marks: Sequence[Mark],
    vocabulary: Vocabulary,
    grid: Geometry,
    *,
    modality: str,
    sop_uids: Sequence[str] = (),
) -> str:
    """Return one line per number, and one per answer; slices count from 1, places are LPS."""
    out = StringIO()
    lines = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    lines.writeheader()
    for number, mark in enumerate(marks, start=1):
        term = vocabulary.term(mark.key)
        at = slice_of(mark, grid)
        row = {
            "number": number,
            "label": mark.key,
            "code": f"{term.code.scheme}:{term.code.value}",
            "meaning": term.code.meaning,
            "kind": mark.kind.value,
            "answer": mark.answer,
            "slice": "" if at is None else at + 1,
            "sop_uid": sop_uids[at] if at is not None and at < len(sop_uids) else "",
            "points_mm": " ".join(";".join(f"{v:.3f}" for v in place) for place in mark.points),
            "text": _plain(mark.text),
        }
        image = "HU" if modality == "CT" else ""
        for name, value in mark.values.items() or [("", None)]:
            unit = UNITS.get(name, image if name else "")
            lines.writerow({**row, "name": name, "value": value, "unit": unit})
    return out.getvalue()


def _plain(text: str) -> str:
    """Return a text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text


def report_of_marks(
    rows: Sequence[dict[str, Any]],
    vocabulary: str,
    grid: Geometry,
    files: Sequence[bytes],
    modality: str,
    seed: str,
) -> bytes:
    """Return the structured report of marks as JSON values; call this through `renkei.compute`.

    Equal `seed`s, such as the labels' hash, give equal UIDs. The readers are a code, not a name.

    Raises:
        StructuredRefusedError: Without the DICOM image, or without a mark.
    """
    words = load_vocabulary(vocabulary)
    groups = [
        _marked(mark_of(row), n, words, grid, modality, seed) for n, row in enumerate(rows, start=1)
    ]
    return write_marked(
        groups,
        sources=[dcmread(BytesIO(file), stop_before_pixels=True) for file in files],
        reader=Reader(READER),
        sop_uid=_uid(seed, 0),
        series_uid=_uid(seed, -1),
    )


def _marked(
    mark: Mark, number: int, vocabulary: Vocabulary, grid: Geometry, modality: str, seed: str
) -> Marked:
    term = vocabulary.term(mark.key)
    answer = None
    if term.question is not None:
        level = next(one for one in term.question.levels if one.key == mark.answer)
        answer = Code(OWN, f"{term.key}-{level.key}"[:16], level.en)
    return Marked(
        tracking=f"{mark.key} {number}",
        tracking_uid=_uid(seed, number),
        kind=term.code,
        drawn=_drawn(mark, grid, modality),
        answer=answer,
    )


def _drawn(mark: Mark, grid: Geometry, modality: str) -> tuple[Drawn, ...]:
    values, p = mark.values, mark.points
    if mark.kind is MarkKind.RULER:
        return (Drawn((Amount(LENGTH, values["length_mm"], MM),), p),)
    if mark.kind is MarkKind.BIDIRECTIONAL:
        long, short = Amount(LONG, values["long_mm"], MM), Amount(SHORT, values["short_mm"], MM)
        return (Drawn((long,), p[:2]), Drawn((short,), p[2:]))
    if mark.kind is MarkKind.ANGLE:
        return (Drawn((Amount(ANGLE, values["angle_deg"], DEGREE),), p),)
    name, unit = (ATTENUATION, HU) if modality == "CT" else (VALUE, NO_UNIT)
    if mark.kind is MarkKind.POINT and "value" in values:
        return (Drawn((Amount(name, values["value"], unit),), p),)
    if mark.kind in REGIONS and "mean" in values:
        amounts = [
            Amount(name, values[key], unit, derivation)
            for key, derivation in (("mean", MEAN), ("sd", DEVIATION), ("min", LEAST))
        ]
        amounts.append(Amount(name, values["max"], unit, MOST))
        amounts.append(Amount(AREA, values["area_mm2"], MM2))
        return (Drawn(tuple(amounts), _box(mark, grid)),)
    return ()


def _box(mark: Mark, grid: Geometry) -> tuple[Place, ...]:
    """Return the closed line around the box of a region, along the axes of the image."""
    a, b = (grid.index(place) for place in mark.points)
    flat = min(range(3), key=lambda axis: abs(a[axis] - b[axis]))
    one, other = (axis for axis in range(3) if axis != flat)
    corners = []
    for first, second in ((a, a), (b, a), (b, b), (a, b), (a, a)):
        index = list(a)
        index[one], index[other] = first[one], second[other]
        corners.append(grid.point(*index))
    return tuple(corners)


def _uid(seed: str, number: int) -> str:
    """Return a UID of the 2.25 form (PS3.5 B.2) that follows from a seed."""
    return f"2.25.{int(sha256(f'{seed}/{number}'.encode()).hexdigest()[:32], 16)}"
