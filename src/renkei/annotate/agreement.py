"""Chance-corrected agreement of readers over many cases, and of their measurements.

A figure without meaning is None with a reason, never 0, infinite or a mean without it.
"""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

import numpy as np

DRAWS = 1000
Z = 1.959964
Row = TypeVar("Row")


class Figure(NamedTuple):
    """A figure, or why there is none."""

    value: float | None
    why: str = ""


class Scale(StrEnum):
    """How far two answers are apart: not at all or wholly, by rank, or by value."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


def kappa(
    pairs: Sequence[tuple[str, str]], levels: Sequence[str], *, ordered: bool = False
) -> Figure:
    """Return Cohen's κ of two readers, weighted by squared distance where `levels` are ordered.

    κ = 1 - Σ w·o / Σ w·e (Cohen 1968, doi:10.1037/h0026256); w is 0 or 1 without an order, else
    ((i-j)/(k-1))². None where chance alone would agree: nobody ever gave a second answer.
    """
    if not pairs:
        return Figure(None, "no_pairs")
    seen = _table(pairs, levels)
    expected = np.outer(seen.sum(axis=1), seen.sum(axis=0)) / seen.sum()
    weights = _weights(len(levels), ordered=ordered)
    chance = float((weights * expected).sum())
    if chance == 0.0:
        return Figure(None, "one_answer")
    return Figure(1.0 - float((weights * seen).sum()) / chance)


def ac1(pairs: Sequence[tuple[str, str]], levels: Sequence[str]) -> Figure:
    """Return Gwet's AC1, which stays near the agreement where one answer is rare.

    pe = Σ π(1-π) / (k-1), π the mean share of an answer (Gwet 2008, doi:10.1348/000711006X126600).
    """
    if not pairs or len(levels) < 2:
        return Figure(None, "no_pairs" if not pairs else "one_answer")
    seen = _table(pairs, levels) / len(pairs)
    share = (seen.sum(axis=0) + seen.sum(axis=1)) / 2
    chance = float((share * (1 - share)).sum()) / (len(levels) - 1)
    return Figure((float(np.trace(seen)) - chance) / (1 - chance))


def krippendorff(units: Sequence[Sequence[float | None]], scale: Scale = Scale.NOMINAL) -> Figure:
    """Return Krippendorff's α over any number of readers, None where one did not read.

    α = 1 - observed / expected disagreement over the pairs within units (Krippendorff 2018,
    Content Analysis, 4th ed., ch. 12); answers are numbers, levels by their rank.
    """
    read = [[value for value in unit if value is not None] for unit in units]
    read = [unit for unit in read if len(unit) > 1]
    if not read:
        return Figure(None, "no_pairs")
    levels = sorted({value for unit in read for value in unit})
    at = {value: n for n, value in enumerate(levels)}
    together = np.zeros((len(levels), len(levels)))
    for unit in read:
        counts = np.zeros(len(levels))
        for value in unit:
            counts[at[value]] += 1
        together += (np.outer(counts, counts) - np.diag(counts)) / (len(unit) - 1)
    totals = together.sum(axis=1)
    apart = _distances(np.array(levels), totals, scale)
    expected = float((np.outer(totals, totals) * apart).sum()) / (totals.sum() - 1)
    if expected == 0.0:
        return Figure(None, "one_answer")
    return Figure(1.0 - float((together * apart).sum()) / expected)


def _distances(levels: np.ndarray, totals: np.ndarray, scale: Scale) -> np.ndarray:
    if scale is Scale.NOMINAL:
        return 1.0 - np.eye(len(levels))
    if scale is Scale.ORDINAL:
        # Half of each end and all between: the sum of ranks from one level to the other.
        middle = np.cumsum(totals) - totals / 2
        return np.asarray((middle[:, None] - middle[None, :]) ** 2)
    return np.asarray((levels[:, None] - levels[None, :]) ** 2)


def _table(pairs: Sequence[tuple[str, str]], levels: Sequence[str]) -> np.ndarray:
    counted = Counter(pairs)
    return np.array([[counted[a, b] for b in levels] for a in levels], dtype=float)


def _weights(k: int, *, ordered: bool) -> np.ndarray:
    if not ordered:
        return 1.0 - np.eye(k)
    steps = np.arange(k)
    return np.asarray(((steps[:, None] - steps[None, :]) / max(1, k - 1)) ** 2)


@dataclass(frozen=True, slots=True)
class Limits:
    """How two readers' measurements differ: B - A, and within what 95 % of differences lie.

    `bias_low` to `bias_high` is the 95 % interval of the bias; `slope` how the difference grows
    with the size, per unit of the mean, None where all are of one size.
    """

    count: int
    bias: float
    bias_low: float
    bias_high: float
    sd: float
    low: float
    high: float
    slope: float | None

    def to_json(self) -> dict[str, Any]:
        """Return the limits as JSON values."""
        return asdict(self)


def bland_altman(pairs: Sequence[tuple[float, float]]) -> Limits | None:
    """Return bias and limits of agreement (Bland & Altman 1986, doi:10.1016/S0140-6736(86)90837-8).

    None with fewer than three pairs: a spread of two says nothing.
    """
    from scipy.stats import t

    if len(pairs) < 3:
        return None
    a, b = np.array(pairs, dtype=float).T
    apart, middle = b - a, (a + b) / 2
    bias, sd = float(apart.mean()), float(apart.std(ddof=1))
    half = float(t.ppf(0.975, len(pairs) - 1)) * sd / math.sqrt(len(pairs))
    spread = float(((middle - middle.mean()) ** 2).sum())
    slope = float(((middle - middle.mean()) * apart).sum()) / spread if spread else None
    low, high = bias - Z * sd, bias + Z * sd
    return Limits(len(pairs), bias, bias - half, bias + half, sd, low, high, slope)


def bootstrap(
    rows: Mapping[str, Sequence[Row]],
    figure: Callable[[list[Row]], float | None],
    *,
    seed: int = 0,
) -> tuple[float, float] | None:
    """Return the 95 % interval of a figure over draws of whole patients.

    `rows` by patient: a patient's lesions and cases are alike, so they are drawn together. None
    with fewer than two patients, or when most draws have no figure.
    """
    patients = list(rows.values())
    if len(patients) < 2:
        return None
    random = np.random.default_rng(seed)
    draws = random.integers(len(patients), size=(DRAWS, len(patients)))
    found = [figure([row for at in draw for row in patients[at]]) for draw in draws]
    values = [value for value in found if value is not None]
    if len(values) < DRAWS // 2:
        return None
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)
