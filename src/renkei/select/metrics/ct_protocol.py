"""Protocol of a CT from its headers: slice thickness, class of the kernel, dose."""

import re
from collections.abc import Sequence

import numpy as np
from pydicom.dataset import Dataset

from renkei.select.case import Case
from renkei.select.ct import CT, number_of
from renkei.select.metric import Measured, Metric, not_applicable

SOFT, STANDARD, SHARP, BONE = 1, 2, 3, 4
FACTS = {"kvp": "KVP", "mas": "Exposure", "ma": "XRayTubeCurrent", "ctdivol_mgy": "CTDIvol"}
NAMES = {
    "SOFT": SOFT,
    "STANDARD": STANDARD,
    "STND": STANDARD,
    "STD": STANDARD,
    "CHST": STANDARD,
    "DETAIL": SHARP,
    "LUNG": SHARP,
    "BONE": BONE,
    "BONEPLUS": BONE,
    "EDGE": BONE,
    "ULTRA": BONE,
}
# The number of a Siemens kernel is its sharpness; of a Canon one a family by organ.
SIEMENS = re.compile(r"^([ABHIJQTUS][A-Z]?)(\d{2})[A-Z]*$")
SIEMENS_FROM = ((70, BONE), (50, SHARP), (30, STANDARD), (0, SOFT))
CANON = re.compile(r"^FC(\d{2})")
CANON_FROM = ((80, BONE), (60, STANDARD), (50, SHARP), (40, STANDARD), (30, BONE), (0, STANDARD))


def kernel_class(kernel: str) -> int | None:
    """Return 1 soft, 2 standard, 3 sharp, 4 bone for a Siemens, GE or Canon kernel, or None."""
    name = kernel.strip().upper().replace(" ", "").replace("+", "PLUS")
    if name in NAMES:
        return NAMES[name]
    if found := CANON.match(name):
        return _from(CANON_FROM, int(found[1]))
    if found := SIEMENS.match(name):
        return _from(SIEMENS_FROM, int(found[2]))
    return None


def _from(table: Sequence[tuple[int, int]], number: int) -> int:
    return next(said for least, said in table if number >= least)


def sum_up(case: Case, _said: Sequence[object]) -> Measured:
    """Return the median slice thickness in mm; kernel class, kV, mAs and CTDIvol are facts."""
    if not case.headers:
        return not_applicable("no_header")
    facts = {
        name: median for name, word in FACTS.items() if (median := _median(case.headers, word))
    }
    if (kernel := kernel_class(_kernel(case.headers[0]))) is not None:
        facts["kernel_class"] = float(kernel)
    thickness = _median(case.headers, "SliceThickness")
    if case.spacing and thickness:
        facts["step_mm"] = round(case.spacing[0], 3)
    return Measured(
        value=thickness,
        n=len(case.headers),
        reason=None if thickness else "no_thickness",
        facts=facts,
    )


def _kernel(header: Dataset) -> str:
    said = header.get("ConvolutionKernel") or ""
    return said if isinstance(said, str) else str(said[0])


def _median(headers: Sequence[Dataset], keyword: str) -> float | None:
    said = [number_of(header, keyword) for header in headers]
    known = [value for value in said if value is not None and value > 0]
    return round(float(np.median(known)), 3) if known else None


METRIC = Metric(
    "ct_protocol", "mm", CT, worse="high", sum_up=sum_up, aspect="completeness", scale="log"
)
