"""How far two reviewers agree beyond chance, with its interval.

Source: Cohen 1960, Educ Psychol Meas 20: 37; the large-sample variance of Fleiss, Cohen and
Everitt 1969, Psychol Bull 72: 323, formula 13.
"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from renkei.subjects.counting import Z95

LEAST = 20


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of n cases with its interval of 95 %; None below 20 cases or without spread."""

    n: int
    agreed: int
    kappa: float | None = None
    low: float | None = None
    high: float | None = None


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> Kappa:
    """Return kappa = (po - pe) / (1 - pe) of two answers on each case.

    Var = [sum_i p_ii (1 - (p_i. + p_.i)(1 - k))^2
           + (1 - k)^2 sum_{i != j} p_ij (p_.i + p_j.)^2
           - (k - pe (1 - k))^2] / (n (1 - pe)^2).
    """
    n = len(pairs)
    agreed = sum(one == other for one, other in pairs)
    if n < LEAST:
        return Kappa(n, agreed)
    cells = {cell: count / n for cell, count in Counter(pairs).items()}
    first = {key: count / n for key, count in Counter(one for one, _ in pairs).items()}
    second = {key: count / n for key, count in Counter(other for _, other in pairs).items()}
    by_chance = sum(share * second.get(key, 0.0) for key, share in first.items())
    if by_chance >= 1:
        return Kappa(n, agreed)
    found = (agreed / n - by_chance) / (1 - by_chance)
    rest = 1 - found
    spread = -((found - by_chance * rest) ** 2)
    for (one, other), share in cells.items():
        if one == other:
            spread += share * (1 - (first[one] + second[one]) * rest) ** 2
        else:
            crossed = second.get(one, 0.0) + first.get(other, 0.0)
            spread += share * rest**2 * crossed**2
    wide = Z95 * math.sqrt(max(spread, 0.0) / n) / (1 - by_chance)
    return Kappa(n, agreed, found, max(-1.0, found - wide), min(1.0, found + wide))
