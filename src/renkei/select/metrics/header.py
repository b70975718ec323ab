"""Header: does what the files say of themselves make sense?"""

import math
import re
from collections.abc import Callable, Mapping, Sequence

from pydicom.config import disable_value_validation
from pydicom.dataset import Dataset

from renkei.select.case import UNREADABLE, Case
from renkei.select.metric import MOST_PLACES, SERIES, Measured, Metric, Place, not_applicable

UIDS = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")
# PS3.5 9.1: components of digits without leading zeros, 64 characters at most.
UID = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+")
LONGEST_UID = 64
STORAGE = "1.2.840.10008.5.1.4.1.1."
CLASSES = {
    "CT": frozenset({"2", "2.1", "2.2"}),
    "MR": frozenset({"4", "4.1", "4.3", "4.4"}),
    "PT": frozenset({"128", "130", "128.1"}),
}


def sum_up(case: Case, _said: Sequence[object]) -> Measured:
    """Return how many kinds of implausible header a series has; each is a code of its own.

    An absent UID is no fault, since de-identification may leave it out: it is counted as a fact.
    """
    if not case.headers:
        return not_applicable("no_header")
    with disable_value_validation():
        places = [
            Place(code, i)
            for code, fits in RULES.items()
            for i, header in enumerate(case.headers)
            if not _holds(fits, header)
        ]
        mixed = [
            code
            for code, keyword in (
                ("several_studies", "StudyInstanceUID"),
                ("mixed_modality", "Modality"),
            )
            if len({_text(header, keyword) for header in case.headers} - {""}) > 1
        ]
        facts = _facts(case.headers)
    broken = [code for code in case.problems if code == "bad_header"]
    codes = tuple(dict.fromkeys([*broken, *(place.code for place in places), *mixed]))
    return Measured(
        value=float(len(codes)),
        n=len(case.headers),
        codes=codes,
        facts=facts,
        places=tuple(places[:MOST_PLACES]),
    )


def _facts(headers: Sequence[Dataset]) -> dict[str, float]:
    """Return how many files lack a UID of the object or series, and how many were lossy once."""
    lacking = [h for h in headers if not _text(h, "SOPInstanceUID")]
    alone = [h for h in headers if not _text(h, "SeriesInstanceUID")]
    lossy = [h for h in headers if _text(h, "LossyImageCompression") == "01"]
    return {
        "without_sop_uid": float(len(lacking)),
        "without_series_uid": float(len(alone)),
        "lossy": float(len(lossy)),
    }


def _text(header: Dataset, keyword: str) -> str:
    try:
        return str(header.get(keyword) or "").strip(" \0")
    except UNREADABLE:
        return ""


def _holds(fits: Callable[[Dataset], bool], header: Dataset) -> bool:
    try:
        return fits(header)
    except UNREADABLE:
        return False


def _number(header: Dataset, keyword: str, default: float) -> float:
    value = header.get(keyword)
    return default if value is None or value == "" else float(value)


def uids_fit(header: Dataset) -> bool:
    """Tell whether every UID that is there is one."""
    said = [_text(header, keyword) for keyword in (*UIDS, "FrameOfReferenceUID")]
    return all(not u or (len(u) <= LONGEST_UID and UID.fullmatch(u)) for u in said)


def rescale_fits(header: Dataset) -> bool:
    """Tell whether stored values become finite, different ones."""
    slope = _number(header, "RescaleSlope", 1)
    return 0 < slope < math.inf and math.isfinite(_number(header, "RescaleIntercept", 0))


def bits_fit(header: Dataset) -> bool:
    """Tell whether the bits of a pixel fit into their cell: PS3.3 C.7.6.3.1."""
    allocated = int(header.get("BitsAllocated") or 0)
    stored = int(header.get("BitsStored") or allocated)
    high = int(_number(header, "HighBit", stored - 1))
    signed = int(_number(header, "PixelRepresentation", 0))
    return (
        allocated in {1, 8, 16, 32, 64}
        and 1 <= stored <= allocated
        and stored - 1 <= high < allocated
        and signed in {0, 1}
    )


def spacing_fits(header: Dataset) -> bool:
    """Tell whether the pixel spacing, where it is said, is two positive numbers."""
    said = header.get("PixelSpacing")
    if not said:
        return True
    return len(said) == 2 and all(0 < float(v) < math.inf for v in said)


def class_fits(header: Dataset) -> bool:
    """Tell whether the SOP class is one of the modality's; captures are geometry's to name."""
    said, modality = _text(header, "SOPClassUID"), _text(header, "Modality")
    if not said.startswith(STORAGE) or modality not in CLASSES:
        return not said or modality not in CLASSES
    kind = said.removeprefix(STORAGE)
    return kind in CLASSES[modality] or kind.split(".")[0] == "7"


RULES: Mapping[str, Callable[[Dataset], bool]] = {
    "bad_uid": uids_fit,
    "bad_rescale": rescale_fits,
    "bad_bits": bits_fit,
    "bad_pixel_spacing": spacing_fits,
    "wrong_class": class_fits,
}

METRIC = Metric("header", "count", SERIES, worse="high", sum_up=sum_up, aspect="completeness")
