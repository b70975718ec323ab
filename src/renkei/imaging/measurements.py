"""Measurement reports (SR, TID 1500): what was measured, and on which segment or region."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from renkei.errors import DataRefusedError
from renkei.imaging.codes import TISSUE, Code
from renkei.imaging.dicom import read_header
from renkei.imaging.labels import LabelSet, Segment
from renkei.imaging.polygons import MAX_POINTS, fill
from renkei.imaging.volume import Volume

REPORTS = frozenset({"1.2.840.10008.5.1.4.1.1.88.33", "1.2.840.10008.5.1.4.1.1.88.34"})
REPORT, GROUP, TRACKING = "126000", "125007", "112039"
FINDING, SITE = "121071", "363698007"
TEMPLATES = "ContentTemplateSequence"
DEPTH = 40


class ReportRefusedError(DataRefusedError):
    """The object is no measurement report, or marks nothing in this image."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One number with its unit in UCUM."""

    name: Code
    value: float
    unit: str


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """A closed line on one image, (x, y) in its pixels with whole numbers at the centres."""

    sop_uid: str
    points: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Group:
    """One measurement group: what it is about, its numbers, and where it lies.

    `segments` are (SOP instance UID of the SEG, segment number).
    """

    tracking: str
    finding: Code | None
    site: Code | None
    numbers: tuple[Measured, ...]
    segments: tuple[tuple[str, int], ...]
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A measurement report; `images` are all the objects that it names."""

    groups: tuple[Group, ...]
    images: frozenset[str]


def read_measurements(source: bytes) -> Report:
    """Read the measurement groups of a report (PS3.16 TID 1500, 1410, 1411, 1501).

    Raises:
        ReportRefusedError: It is no report of TID 1500, or a number in it is none.
    """
    dataset = read_header(source)
    concept = _code(dataset, "ConceptNameCodeSequence")
    template = [str(t.get("TemplateIdentifier", "")) for t in dataset.get(TEMPLATES) or ()]
    is_report = concept is not None and concept.value == REPORT
    if str(dataset.get("SOPClassUID", "")) not in REPORTS or not (is_report or "1500" in template):
        raise ReportRefusedError("This is not a measurement report (TID 1500).")
    items = _below(dataset, 0)
    try:
        groups = tuple(_group(item) for item in items if _named(item, GROUP))
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise ReportRefusedError("A measurement of the report is incomplete.") from error
    images = {uid for item in items for uid, _ in _referenced(item)}
    return Report(groups, frozenset(images))


def regions_on(report: Report, image: Volume, *, vocabulary: str = "") -> LabelSet:
    """Return the regions that a report outlines, one segment per group, on the image's grid.

    Raises:
        ReportRefusedError: It outlines nothing, or on images that are not in the series.
    """
    where = {uid: z for z, uid in enumerate(image.sop_uids)}
    segments: list[Segment] = []
    for group in report.groups:
        if not group.regions:
            continue
        mask = np.zeros(image.geometry.shape, dtype=bool)
        for region in group.regions:
            if region.sop_uid not in where:
                raise ReportRefusedError("The report outlines images that are not in this series.")
            mask[where[region.sop_uid]] |= fill([region.points], image.geometry.shape[1:])
        number = len(segments) + 1
        code = group.finding or TISSUE
        segments.append(Segment(number, code.meaning or group.tracking, code, mask))
    if not segments:
        raise ReportRefusedError(
            "The report outlines nothing itself; import the segmentation that it refers to."
        )
    return LabelSet(image.geometry, tuple(segments), vocabulary)


def _below(item: Dataset, depth: int) -> list[Dataset]:
    if depth > DEPTH:
        raise ReportRefusedError("The report is nested too deeply.")
    found = []
    for child in item.get("ContentSequence") or ():
        found.append(child)
        found += _below(child, depth + 1)
    return found


def _group(item: Dataset) -> Group:
    inside = _below(item, 0)
    numbers = [one for one in inside if one.get("ValueType") == "NUM"]
    tracking = next((str(i.get("TextValue", "")) for i in inside if _named(i, TRACKING)), "")
    return Group(
        tracking=tracking,
        finding=_concept(inside, FINDING),
        site=_concept(inside, SITE),
        numbers=tuple(_number(one) for one in numbers if one.get("MeasuredValueSequence")),
        segments=tuple((u, n) for i in inside for u, n in _referenced(i) if n is not None),
        regions=tuple(_region(one) for one in inside if _is_region(one)),
    )


def _number(item: Dataset) -> Measured:
    measured = item.MeasuredValueSequence[0]
    name = _code(item, "ConceptNameCodeSequence")
    unit = _code(measured, "MeasurementUnitsCodeSequence")
    if name is None or unit is None:
        raise ReportRefusedError("A measurement has no name or no unit.")
    return Measured(name, float(measured.NumericValue), unit.value)


def _is_region(item: Dataset) -> bool:
    kinds = {"POLYLINE", "CIRCLE", "ELLIPSE"}
    return item.get("ValueType") == "SCOORD" and str(item.get("GraphicType", "")) in kinds


def _region(item: Dataset) -> Region:
    points = np.array(item.GraphicData, dtype=np.float64).reshape(-1, 2)
    uid = next(uid for child in _below(item, 0) for uid, _ in _referenced(child))
    if len(points) > MAX_POINTS or not np.isfinite(points).all():
        raise ReportRefusedError("A region of the report has too many points, or broken ones.")
    kind = str(item.GraphicType)
    # SCOORD counts from the corner of the first pixel (PS3.3 C.18.6), masks from its centre.
    if kind == "CIRCLE":
        centre, rim = points
        radius = float(np.hypot(*(rim - centre)))
        points = ellipse(centre, np.array([radius, 0.0]), np.array([0.0, radius]))
    elif kind == "ELLIPSE":
        a, b, c, d = points
        points = ellipse((a + b) / 2, (b - a) / 2, (d - c) / 2)
    elif len(points) < 4 or not np.allclose(points[0], points[-1]):
        raise ReportRefusedError("A line of the report is not closed, so it is no region.")
    return Region(uid, points - 0.5)


def ellipse(
    centre: NDArray[np.float64], major: NDArray[np.float64], minor: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return 128 points of an ellipse of these half axes; its area is short by 0.04 %."""
    angle = np.linspace(0, 2 * np.pi, 128, endpoint=False)[:, None]
    points: NDArray[np.float64] = centre + np.cos(angle) * major + np.sin(angle) * minor
    return points


def _referenced(item: Dataset) -> list[tuple[str, int | None]]:
    found: list[tuple[str, int | None]] = []
    for one in item.get("ReferencedSOPSequence") or ():
        said: Any = one.get("ReferencedSegmentNumber")
        segment = int(said[0] if isinstance(said, (list, tuple)) else said) if said else None
        found.append((str(one.get("ReferencedSOPInstanceUID", "")), segment))
    return found


def _named(item: Dataset, value: str) -> bool:
    concept = _code(item, "ConceptNameCodeSequence")
    return concept is not None and concept.value == value


def _concept(items: list[Dataset], value: str) -> Code | None:
    found = (_code(i, "ConceptCodeSequence") for i in items if _named(i, value))
    return next(found, None)


def _code(item: Dataset, keyword: str) -> Code | None:
    for concept in item.get(keyword) or ():
        parts = ("CodingSchemeDesignator", "CodeValue", "CodeMeaning")
        return Code(*(str(concept.get(part) or "") for part in parts))
    return None
