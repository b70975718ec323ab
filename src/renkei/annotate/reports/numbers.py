"""Numbers in a report, in a text that is NFKC already: sizes in mm, volumes, areas, dates."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

_NUMBER = r"(\d+(?:\.\d+)?)"
_UNIT = r"(mm|cm|ミリ|センチ)(?:メートル)?(?![23²³])"
_BY = r"\s*(?:x|×|\*|✕|by)\s*"
_CROSS = re.compile(
    rf"{_NUMBER}\s*(?:mm|cm)?{_BY}{_NUMBER}(?:\s*(?:mm|cm)?{_BY}{_NUMBER})?\s*{_UNIT}",
    re.IGNORECASE,
)
_RANGE = re.compile(
    rf"{_NUMBER}\s*(?:mm|cm)?\s*(?:[-~〜–]|to)\s*{_NUMBER}\s*{_UNIT}", re.IGNORECASE
)
_SIZE = re.compile(rf"{_NUMBER}\s*-?{_UNIT}", re.IGNORECASE)
_BARE = re.compile(
    rf"{_NUMBER}{_BY}{_NUMBER}(?!\s*(?:x|×|\*|mm|cm|ミリ|センチ|\d|\.))", re.IGNORECASE
)
_VOLUME = re.compile(rf"{_NUMBER}\s*(mL|cc|cm[3³]|mm[3³])", re.IGNORECASE)
_AREA = re.compile(rf"{_NUMBER}\s*(mm|cm)[2²]", re.IGNORECASE)
_HU = re.compile(rf"(-?)\s*{_NUMBER}\s*HU\b")
_PERCENT = re.compile(rf"{_NUMBER}\s*%")
_DAY = re.compile(
    r"(?P<y>\d{4})\s*(?:-|/|\.|年)\s*(?P<m>\d{1,2})\s*(?:-|/|\.|月)\s*(?P<d>\d{1,2})(?:日)?"
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WORDY = re.compile(
    rf"(?:(?P<d1>\d{{1,2}})\s+(?P<m1>{'|'.join(_MONTHS)})[a-z]*\.?,?\s+(?P<y1>\d{{4}}))"
    rf"|(?:(?P<m2>{'|'.join(_MONTHS)})[a-z]*\.?\s+(?P<d2>\d{{1,2}}),?\s+(?P<y2>\d{{4}}))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Measure:
    """One size as it was said: all numbers of `a × b` in mm, or both ends of a range."""

    values: tuple[float, ...]
    is_range: bool = False


def measures(text: str) -> Iterator[Measure]:
    """Yield what a text says of sizes, products and ranges before single numbers."""
    for pattern in (_CROSS, _RANGE):
        for match in pattern.finditer(text):
            *values, unit = match.groups()
            found = tuple(float(value) * _mm(unit) for value in values if value)
            yield Measure(found, is_range=pattern is _RANGE)
        text = pattern.sub(" ", text)
    for match in _SIZE.finditer(text):
        yield Measure((float(match[1]) * _mm(match[2]),))


def unitless(text: str) -> bool:
    """Tell whether a size such as 12 × 10 has no unit."""
    return _BARE.search(text) is not None


def volumes(text: str) -> Iterator[float]:
    """Yield the volumes in mL."""
    for match in _VOLUME.finditer(text):
        yield float(match[1]) * (0.001 if match[2].lower().startswith("mm") else 1.0)


def areas(text: str) -> Iterator[float]:
    """Yield the areas in mm2."""
    for match in _AREA.finditer(text):
        yield float(match[1]) * _mm(match[2]) ** 2


def attenuations(text: str) -> Iterator[float]:
    """Yield the values in HU."""
    for match in _HU.finditer(text):
        yield float(f"{match[1]}{match[2]}")


def percentages(text: str) -> Iterator[float]:
    """Yield the values in percent."""
    for match in _PERCENT.finditer(text):
        yield float(match[1])


def dates(text: str) -> Iterator[str]:
    """Yield the days in ISO 8601, whichever way they are written; what is no day is left out."""
    for match in _DAY.finditer(text):
        with suppress(ValueError):
            yield date(int(match["y"]), int(match["m"]), int(match["d"])).isoformat()
    for match in _WORDY.finditer(text):
        year, day = match["y1"] or match["y2"], match["d1"] or match["d2"]
        month = _MONTHS.index((match["m1"] or match["m2"]).lower()) + 1
        with suppress(ValueError):
            yield date(int(year), month, int(day)).isoformat()


def _mm(unit: str) -> float:
    return 10.0 if unit.lower() in {"cm", "センチ"} else 1.0
