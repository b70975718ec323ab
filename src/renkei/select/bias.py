"""Does a rule take more from one group than from the others? Wilson, Fisher and Holm.

Each group is compared with all others of its axis by Fisher's exact test, two-sided. All p values
of a report are corrected together (Holm 1979). A warning needs p < 0.05 and a share that is at
least 10 percentage points above that of the others: with many patients a trifle is significant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from scipy.stats import fisher_exact

from renkei.subjects.counting import wilson

LEVEL = 0.05
LEAST_DIFFERENCE = 0.10
What = Literal["excluded", "held"]


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its Wilson interval of 95 %; `of` patients in all."""

    n: int
    of: int
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Group:
    """What a rule does to one group: whom it excludes, and whom it holds (excluded or review)."""

    axis: str
    value: str
    excluded: Share
    held: Share


@dataclass(frozen=True, slots=True)
class Warned:
    """A rule takes more from one group than from the others; `p` is corrected."""

    rule: str
    axis: str
    value: str
    what: What
    share: float
    others: float
    p: float


def share_of(n: int, of: int) -> Share:
    """Return a share with its Wilson interval; (0, 1) where nobody was counted."""
    low, high = wilson(n, of)
    return Share(n, of, round(n / of, 4) if of else 0.0, round(low, 4), round(high, 4))


def warnings_of(rules: Sequence[tuple[str, Sequence[Group]]]) -> list[Warned]:
    """Return where a rule takes more from one group; `rules` are names with their groups."""
    tests: list[Warned] = []
    for rule, groups in rules:
        for group in groups:
            others = [g for g in groups if g.axis == group.axis and g.value != group.value]
            tests += _tests(rule, group, others)
    corrected = holm([test.p for test in tests])
    return [
        Warned(t.rule, t.axis, t.value, t.what, t.share, t.others, round(p, 6))
        for t, p in zip(tests, corrected, strict=True)
        if p < LEVEL and t.share - t.others >= LEAST_DIFFERENCE
    ]


def _tests(rule: str, group: Group, others: Sequence[Group]) -> list[Warned]:
    found = []
    pairs: tuple[tuple[What, Share, list[Share]], ...] = (
        ("excluded", group.excluded, [g.excluded for g in others]),
        ("held", group.held, [g.held for g in others]),
    )
    for what, mine, rest in pairs:
        n, of = sum(one.n for one in rest), sum(one.of for one in rest)
        # Nothing to compare with, or nothing to compare: no test, so that none is corrected for.
        if not mine.of or not of or mine.n + n in {0, mine.of + of}:
            continue
        p = _fisher(mine.n, mine.of, n, of)
        found.append(Warned(rule, group.axis, group.value, what, mine.share, round(n / of, 4), p))
    return found


# The same table comes back: what is excluded is often all that is held.
@lru_cache(maxsize=4096)
def _fisher(n: int, of: int, others: int, of_others: int) -> float:
    return float(fisher_exact([[n, of - n], [others, of_others - others]]).pvalue)


def holm(values: Sequence[float]) -> list[float]:
    """Return p values corrected for their number.

    Source: Holm 1979, Scandinavian Journal of Statistics 6: 65-70.
    """
    order = sorted(range(len(values)), key=lambda i: values[i])
    corrected = [0.0] * len(values)
    highest = 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, values[i] * (len(values) - rank)))
        corrected[i] = highest
    return corrected
