"""The class of an MR sequence from the physics in its headers; descriptions are never read."""

import math
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from pydicom.dataset import Dataset

# ms; PS3.3 C.8.3.1 names the elements, the limits are those of the textbooks.
SHORT_TE, LONG_TE = 40.0, 60.0
SHORT_TR, LONG_TR = 1000.0, 1500.0
STIR_TI, FLAIR_TI = 300.0, 1500.0
T2_STAR_TE = 12.0
LEAST_T1_FLIP, MOST_PD_FLIP = 15.0, 10.0
DIFFUSION = {"DIFFUSION", "ADC", "TRACEW", "FA"}


class SequenceClass(StrEnum):
    """What gives a picture its contrast."""

    T1 = "T1"
    T2 = "T2"
    PD = "PD"
    FLAIR = "FLAIR"
    STIR = "STIR"
    T2_STAR = "T2*"
    DWI = "DWI"
    EPI = "EPI"


def sequence_class(header: Dataset) -> SequenceClass | None:
    """Return the class of one slice, or None where the headers do not say or fit no class."""
    kinds, variants = _words(header, "ScanningSequence"), _words(header, "SequenceVariant")
    if number_of(header, "DiffusionBValue") is not None or DIFFUSION & _words(header, "ImageType"):
        return SequenceClass.DWI
    te, tr, ti = (number_of(header, f"{name}Time") for name in ("Echo", "Repetition", "Inversion"))
    if te is None or tr is None:
        return None
    if "EP" in kinds:
        return SequenceClass.EPI
    if "GR" in kinds:
        # Balanced: its contrast is none of these.
        balanced = "SS" in variants and "SP" not in variants
        prepared = "MP" in variants or bool(ti)
        flip = number_of(header, "FlipAngle")
        return None if balanced else _gradient_echo(te, tr, flip, prepared=prepared)
    return _inversion(te, ti) if ti else _spin_echo(te, tr)


def class_of_series(headers: Sequence[Dataset]) -> SequenceClass | None:
    """Return the class that more than half of the slices share, or None."""
    counts = Counter(sequence_class(header) for header in headers)
    name, count = counts.most_common(1)[0] if counts else (None, 0)
    return name if 2 * count > len(headers) else None


def _gradient_echo(
    te: float, tr: float, flip: float | None, *, prepared: bool
) -> SequenceClass | None:
    if te >= T2_STAR_TE:
        return SequenceClass.T2_STAR
    if prepared or (flip is not None and flip >= LEAST_T1_FLIP and tr < SHORT_TR):
        return SequenceClass.T1
    if flip is not None and flip <= MOST_PD_FLIP:
        return SequenceClass.PD
    return None


def _inversion(te: float, ti: float) -> SequenceClass | None:
    if ti <= STIR_TI:
        return SequenceClass.STIR
    if ti >= FLAIR_TI and te >= LONG_TE:
        return SequenceClass.FLAIR
    return SequenceClass.T1 if te <= SHORT_TE else None


def _spin_echo(te: float, tr: float) -> SequenceClass | None:
    if tr <= SHORT_TR and te <= SHORT_TE:
        return SequenceClass.T1
    if tr >= LONG_TR and te >= LONG_TE:
        return SequenceClass.T2
    return SequenceClass.PD if tr >= LONG_TR and te <= SHORT_TE else None


def _words(header: Dataset, keyword: str) -> set[str]:
    value = header.get(keyword)
    if value is None:
        return set()
    values = [value] if isinstance(value, str) else value
    return {str(one).strip().upper() for one in values}


def number_of(header: Dataset, keyword: str) -> float | None:
    """Return one number of a header, or None where it is missing or none."""
    try:
        value = float(header[keyword].value)
    except (KeyError, TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None
