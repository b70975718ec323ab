"""From scores of cases to figures of groups: patients first, intervals by bootstrap over them."""

import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from renkei.train.metrics import Score

DRAWS = 4000
SMALLEST_TESTED = 10
MOST_UNKNOWN = 0.2
Z_POWER_80 = 2.8
AXES = ("site", "sex", "age_band", "maker", "model", "size_third")
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CaseScore:
    """The scores of one case, by structure, and the facts that groups are made of."""

    case: str
    subject: str
    scores: Mapping[str, Score]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over patients with its 95 % interval; `worst` is the mean of the worst tenth."""

    patients: int
    mean: float
    low: float
    high: float
    worst: float


@dataclass(frozen=True, slots=True)
class GroupFigure:
    """One group of an axis."""

    name: str
    figure: Figure
    tested: bool


@dataclass(frozen=True, slots=True)
class AxisReport:
    """The groups of an axis, the gap between the best and the worst, and what could be shown.

    `p` is a permutation test of the gap, corrected by Holm over the axes; None where fewer than
    two groups have ten patients. `smallest_gap` is what this test could show with 80 % power.
    """

    axis: str
    groups: tuple[GroupFigure, ...]
    assessed: bool
    gap: float | None = None
    p: float | None = None
    smallest_gap: float | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The figures of one structure on one side of a version."""

    structure: str
    metric: str
    overall: Figure | None
    hd95: Figure | None
    surface_dice: Figure | None
    axes: tuple[AxisReport, ...]
    empty: Mapping[str, int]
    made: int

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def evaluate_cases(cases: Sequence[CaseScore], structure: str, *, draws: int = DRAWS) -> Evaluation:
    """Summarise one structure; Dice is the primary metric.

    A case where both masks are empty is counted apart; one that was missed or invented has 0.
    """
    known = [c for c in cases if structure in c.scores]
    dice = _per_patient(known, lambda c: c.scores[structure].dice)
    facts = _facts_per_patient(known, structure)
    random = np.random.default_rng(zlib.crc32(structure.encode()))
    axes = [_axis(axis, dice, facts, random, draws) for axis in AXES]
    return Evaluation(
        structure=structure,
        metric="dice",
        overall=figure(list(dice.values()), random, draws),
        hd95=_figure_of(known, lambda c: c.scores[structure].hd95, random, draws, worst="high"),
        surface_dice=_figure_of(known, lambda c: c.scores[structure].surface_dice, random, draws),
        axes=tuple(_holm(axes)),
        empty={
            state: sum(c.scores[structure].state == state for c in known)
            for state in ("neither", "missed", "invented")
        },
        made=len({c.subject for c in known if c.facts.get("made") or c.facts.get("synthetic")}),
    )


def figure(
    values: Sequence[float],
    random: np.random.Generator,
    draws: int = DRAWS,
    *,
    worst: str = "low",
) -> Figure | None:
    """Return the mean with its percentile interval over draws of patients; None without any."""
    if not values:
        return None
    found = np.asarray(values, dtype=float)
    picks = random.integers(0, found.size, (draws, found.size))
    low, high = np.percentile(found[picks].mean(axis=1), [2.5, 97.5])
    tail = np.sort(found) if worst == "low" else np.sort(found)[::-1]
    tenth = tail[: max(1, round(found.size / 10))]
    return Figure(found.size, float(found.mean()), float(low), float(high), float(tenth.mean()))


def _figure_of(
    cases: Iterable[CaseScore],
    value: Callable[[CaseScore], float | None],
    random: np.random.Generator,
    draws: int,
    *,
    worst: str = "low",
) -> Figure | None:
    return figure(list(_per_patient(cases, value).values()), random, draws, worst=worst)


def _per_patient(
    cases: Iterable[CaseScore], value: Callable[[CaseScore], float | None]
) -> dict[str, float]:
    found: dict[str, list[float]] = defaultdict(list)
    for case in sorted(cases, key=lambda c: c.case):
        number = value(case)
        if number is not None:
            found[case.subject].append(number)
    return {subject: float(np.mean(numbers)) for subject, numbers in sorted(found.items())}


def _facts_per_patient(cases: Iterable[CaseScore], structure: str) -> dict[str, dict[str, str]]:
    sizes = _per_patient(cases, lambda c: c.scores[structure].reference_ml or None)
    found: dict[str, dict[str, str]] = {}
    for case in sorted(cases, key=lambda c: c.case):
        facts = {a: str(case.facts.get(a) or "unknown") for a in AXES if a != "size_third"}
        found.setdefault(case.subject, facts)
    edges = np.quantile(list(sizes.values()), [1 / 3, 2 / 3]) if sizes else [0.0, 0.0]
    for subject, facts in found.items():
        size = sizes.get(subject)
        names = ("small", "middle", "large")
        facts["size_third"] = (
            "unknown" if size is None else names[int(np.searchsorted(edges, size))]
        )
    return found


def _axis(
    axis: str,
    values: Mapping[str, float],
    facts: Mapping[str, Mapping[str, str]],
    random: np.random.Generator,
    draws: int,
) -> AxisReport:
    members: dict[str, list[float]] = defaultdict(list)
    for subject, value in values.items():
        members[facts[subject][axis]].append(value)
    groups = tuple(
        GroupFigure(name, found, len(members[name]) >= SMALLEST_TESTED and name != "unknown")
        for name in sorted(members)
        if (found := figure(members[name], random, draws)) is not None
    )
    unknown = len(members.get("unknown", ())) / max(1, len(values))
    tested = [np.asarray(members[g.name]) for g in groups if g.tested]
    if unknown > MOST_UNKNOWN or not values:
        return AxisReport(axis, groups, assessed=False)
    if len(tested) < 2:
        return AxisReport(axis, groups, assessed=True)
    means = [float(t.mean()) for t in tested]
    return AxisReport(
        axis,
        groups,
        assessed=True,
        gap=max(means) - min(means),
        p=permutation_p(tested, random, draws),
        smallest_gap=smallest_gap(tested),
    )


def permutation_p(
    groups: Sequence[Values], random: np.random.Generator, draws: int = DRAWS
) -> float:
    """Return the p value of the largest difference of means, the groups being exchangeable."""
    pooled = np.concatenate(groups)
    edges = np.cumsum([0, *(g.size for g in groups)])
    shuffled = random.permuted(np.tile(pooled, (draws, 1)), axis=1)
    means = np.stack([shuffled[:, a:b].mean(axis=1) for a, b in pairwise(edges)])
    observed = [g.mean() for g in groups]
    gaps = means.max(axis=0) - means.min(axis=0)
    more = int((gaps >= max(observed) - min(observed) - 1e-12).sum())
    return (more + 1) / (draws + 1)


def smallest_gap(groups: Sequence[Values]) -> float:
    """Return 2.8 sd sqrt(1/n1 + 1/n2) of the two smallest groups: 80 % power at 5 %."""
    first, second = sorted(g.size for g in groups)[:2]
    inner = sum(((g - g.mean()) ** 2).sum() for g in groups)
    degrees = max(1, sum(g.size for g in groups) - len(groups))
    return float(Z_POWER_80 * np.sqrt(inner / degrees) * np.sqrt(1 / first + 1 / second))


def _holm(axes: Sequence[AxisReport]) -> list[AxisReport]:
    """Correct the p values over the axes (Holm 1979), keeping the order of the axes."""
    ranked = sorted((a for a in axes if a.p is not None), key=lambda a: a.p or 0.0)
    corrected: dict[str, float] = {}
    highest = 0.0
    for rank, axis in enumerate(ranked):
        highest = max(highest, min(1.0, (axis.p or 0.0) * (len(ranked) - rank)))
        corrected[axis.axis] = highest
    return [
        AxisReport(a.axis, a.groups, a.assessed, a.gap, corrected.get(a.axis), a.smallest_gap)
        for a in axes
    ]
