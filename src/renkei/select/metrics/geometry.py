"""Geometry: does a series stand in space as one regular stack?"""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from renkei.imaging.mosaic import is_mosaic
from renkei.imaging.stack import IN_COMMON, SAME_MM, UNEVEN_MM, UNEVEN_SHARE, StackCode, placed
from renkei.select.case import Case
from renkei.select.metric import MOST_PLACES, SERIES, Measured, Metric, Place, not_applicable

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
PROJECTIONS = frozenset(
    {"MIP", "MINIP", "MNIP", "MAX_IP", "MIN_IP", "PROJECTION IMAGE", "VOLREN", "VRT"}
)
PAGES = frozenset({"SCREEN SAVE", "DOSE_INFO", "DOSE INFO", "EXAM SUMMARY", "CT_SOM5 PROT"})
PAGE_NAMES = ("DOSE REPORT", "DOSE INFO", "PATIENT PROTOCOL", "EXAM SUMMARY", "EXAM PROTOCOL")


def sum_up(case: Case, _said: Sequence[object]) -> Measured:
    """Return how many kinds of geometric fault a series has; each is a code of its own.

    What no regular volume can be made of without a repair is named by `renkei.imaging.stack`;
    repeated objects, gaps in the numbering, projections and pages are named here. A missing end
    is invisible here and stays unknown.
    """
    if case.spacing is None and not case.problems:
        return not_applicable("not_a_stack")
    places = [*_steps(case.headers), *_unlike(case), *_kinds(case.headers), *_numbers(case.headers)]
    stacked = [code for code in case.problems if code in set(StackCode)]
    codes = tuple(dict.fromkeys([*stacked, *(p.code for p in places)]))
    return Measured(
        value=float(len(codes)),
        n=case.instances,
        codes=codes,
        facts=facts_of(case),
        places=tuple(places[:MOST_PLACES]),
    )


def facts_of(case: Case) -> dict[str, float]:
    """Return the median step and the largest gap in mm, and the tilt in degrees, where known.

    `tilt_degrees` lies between the way from the first slice to the last and the normal,
    `gantry_tilt_degrees` is what (0018,1120) says, `derived_slices` counts ImageType DERIVED.
    """
    derived = sum("DERIVED" in _image_type(h)[:1] for h in case.headers)
    found = {"derived_slices": float(derived)} if case.headers else {}
    if (steps := steps_mm(case.headers)) is None:
        return found | ({"step_mm": case.spacing[0]} if case.spacing else {})
    wide = steps[steps >= SAME_MM]
    if wide.size:
        positions, axes = placed(case.headers)
        way = positions[-1] - positions[0]
        share = np.clip(abs(way @ axes[2]) / np.linalg.norm(way), 0, 1)
        found["step_mm"] = round(float(np.median(wide)), 4)
        found["largest_gap_mm"] = round(float(wide.max()), 4)
        found["tilt_degrees"] = round(float(np.degrees(np.arccos(share))), 2)
    try:
        said = abs(float(case.headers[0].get("GantryDetectorTilt") or 0))
    except (TypeError, ValueError):
        said = 0.0
    return found | ({"gantry_tilt_degrees": said} if said else {})


def steps_mm(headers: Sequence[Dataset]) -> NDArray[np.float64] | None:
    """Return the steps along the normal between ordered slices, or None without positions."""
    if not headers or not all(
        h.get("ImagePositionPatient") and h.get("ImageOrientationPatient") for h in headers
    ):
        return None
    try:
        positions, axes = placed(headers)
    except (TypeError, ValueError):
        return None
    steps: NDArray[np.float64] = np.diff(positions @ axes[2])
    return steps


def missing_inside(headers: Sequence[Dataset]) -> int:
    """Return how many slices the gaps between ordered slices would hold."""
    steps = steps_mm(headers)
    wide = steps[steps >= SAME_MM] if steps is not None else np.empty(0)
    return int((np.rint(wide / np.median(wide)) - 1).clip(0).sum()) if wide.size else 0


def _steps(headers: Sequence[Dataset]) -> list[Place]:
    """Return where a stack is not even; the slice named is the one after which it happens."""
    steps = steps_mm(headers)
    # Where one volume follows another, the way back is no step.
    if steps is None or (steps < -SAME_MM).any() or _kinds(headers):
        return []
    same = [
        Place(StackCode.DUPLICATE_POSITION, int(i) + 1) for i in np.flatnonzero(steps < SAME_MM)
    ]
    wide = steps[steps >= SAME_MM]
    if not wide.size:
        return same
    middle = float(np.median(wide))
    off = (steps >= SAME_MM) & (np.abs(steps - middle) > max(UNEVEN_SHARE * middle, UNEVEN_MM))
    ratio = wide / middle
    whole = (np.abs(ratio - np.rint(ratio)) <= UNEVEN_SHARE).all() and (np.rint(ratio) > 1).any()
    code = StackCode.MISSING_SLICE if whole else StackCode.IRREGULAR_SPACING
    if whole:
        off = np.rint(steps / middle) > 1
    return [*same, *(Place(code, int(i)) for i in np.flatnonzero(off))]


def _unlike(case: Case) -> list[Place]:
    """Return the slices that differ from most others, for each thing that they should share."""
    places = []
    for code in [code for code in IN_COMMON if code in case.problems]:
        said = [IN_COMMON[code](header) for header in case.headers]
        usual = Counter(said).most_common(1)[0][0]
        places += [Place(code, i) for i, one in enumerate(said) if one != usual]
    return places


def _image_type(header: Dataset) -> list[str]:
    said = header.get("ImageType") or ()
    return [str(v).strip().upper() for v in ([said] if isinstance(said, str) else said)]


def _kinds(headers: Sequence[Dataset]) -> list[Place]:
    """Return the slices that are no slices of a scan: scouts, captures, projections and pages."""
    rules: dict[str, Callable[[Dataset, list[str]], bool]] = {
        StackCode.LOCALIZER: lambda _, kind: "LOCALIZER" in kind[2:3],
        StackCode.SECONDARY: lambda header, kind: (
            f"{header.get('SOPClassUID') or ''}.".startswith(f"{SECONDARY_CAPTURE}.")
            or (kind[:2] == ["DERIVED", "SECONDARY"] and not header.get("ImagePositionPatient"))
        ),
        "projection": lambda _, kind: any(_is_projection(value) for value in kind[2:]),
        "summary_page": lambda header, kind: (
            bool(PAGES.intersection(kind[2:]))
            or any(n in str(header.get("SeriesDescription") or "").upper() for n in PAGE_NAMES)
        ),
    }
    kinds = [_image_type(header) for header in headers]
    return [
        Place(code, i)
        for code, holds in rules.items()
        for i, header in enumerate(headers)
        if holds(header, kinds[i])
    ]


def _is_projection(value: str) -> bool:
    return value in PROJECTIONS or bool(PROJECTIONS.intersection(value.split(" ")))


def _numbers(headers: Sequence[Dataset]) -> list[Place]:
    """Return the objects that come twice, and the slices after whose number others are missing."""
    places, seen, at = [], set(), {}
    for i, header in enumerate(headers):
        uid = str(header.get("SOPInstanceUID") or "")
        if uid in seen and not _is_part(header):
            places.append(Place("duplicate_sop", i))
        seen.update({uid} - {""})
        said = str(header.get("InstanceNumber") or "").strip()
        if said.isdigit():
            at[int(said)] = i
    return [*places, *(Place("instance_gap", at[a]) for a, b in pairwise(sorted(at)) if b - a > 1)]


def _is_part(header: Dataset) -> bool:
    """Tell whether a slice is a frame or a tile, which shares its object's UID with others."""
    return int(header.get("NumberOfFrames") or 1) > 1 or is_mosaic(header)


METRIC = Metric(
    "geometry",
    "count",
    SERIES,
    worse="high",
    sum_up=sum_up,
    aspect="completeness",
    version="2",
)
