"""Completeness: are as many slices there as the scanner says there should be?"""

from collections import defaultdict
from collections.abc import Sequence

from pydicom.dataset import Dataset

from renkei.select.case import Case
from renkei.select.metric import SERIES, Measured, Metric, not_applicable
from renkei.select.metrics.geometry import missing_inside


def expected_slices(headers: Sequence[Dataset]) -> int | None:
    """Return how many slices the headers say the series has, or None where they do not.

    (0020,1209) first, then the sum of (0020,1002) over the acquisitions. A count that is less than
    what is there contradicts itself, and one of a single image says nothing of a series.
    """
    if said := max((_count(h, "NumberOfSeriesRelatedInstances") for h in headers), default=0):
        return said if said >= len(headers) else None
    groups: dict[str, list[int]] = defaultdict(list)
    for header in headers:
        groups[str(header.get("AcquisitionNumber"))].append(_count(header, "ImagesInAcquisition"))
    if not groups or any(max(said) < max(2, len(said)) for said in groups.values()):
        return None
    return sum(max(said) for said in groups.values())


def _count(header: Dataset, keyword: str) -> int:
    said = str(header.get(keyword) or "").strip()
    return int(said) if said.isdigit() else 0


def sum_up(case: Case, _said: Sequence[object]) -> Measured:
    """Return how many slices are missing; `missing_end` when gaps inside do not explain them."""
    expected = expected_slices(case.headers)
    if expected is None:
        return not_applicable("expected_count_unknown")
    missing = max(expected - len(case.headers), 0)
    inside = missing_inside(case.headers)
    return Measured(
        value=float(missing),
        n=len(case.headers),
        codes=("missing_end",) if missing > inside else (),
        facts={"expected": float(expected), "missing_inside": float(inside)},
    )


METRIC = Metric("completeness", "count", SERIES, worse="high", sum_up=sum_up, aspect="completeness")
