"""Who was there before a selection and who is there after it: standardised mean differences.

Source: Austin 2009, Statistics in Medicine 28: 3083-3107. Above 0.1 is commonly called unbalanced.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pvariance

from renkei.select.groups import AXES


@dataclass(frozen=True, slots=True)
class Balance:
    """One group (a share of the patients) or the mean age in years, before and after.

    `difference` is standardised; None where nobody is left or nothing varies.
    """

    axis: str
    value: str
    before: float
    after: float | None
    difference: float | None


def balance(
    before: Sequence[Mapping[str, str]],
    after: Sequence[Mapping[str, str]],
    *,
    ages: tuple[Sequence[int], Sequence[int]],
) -> list[Balance]:
    """Compare patients by group and by age; `ages` are those known before and after."""
    found = []
    for axis in AXES:
        for value in sorted({groups[axis] for groups in before}):
            p = sum(groups[axis] == value for groups in before) / len(before)
            q = sum(groups[axis] == value for groups in after) / len(after) if after else None
            spread = None if q is None else math.sqrt((p * (1 - p) + q * (1 - q)) / 2)
            found.append(_row(axis, value, p, q, spread))
    old, new = ages
    if old:
        mean = fmean(new) if new else None
        spread = math.sqrt((pvariance(old) + pvariance(new)) / 2) if new else None
        found.append(_row("age", "", fmean(old), mean, spread))
    return found


def _row(axis: str, value: str, p: float, q: float | None, spread: float | None) -> Balance:
    difference = None if q is None or not spread else round((q - p) / spread, 4)
    return Balance(axis, value, round(p, 4), None if q is None else round(q, 4), difference)
