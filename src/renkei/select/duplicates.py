"""Duplicates: the same decoded pixels under another name."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations

# Neighbouring or empty slices can be equal by chance, so one equal slice says nothing of a series.
LEAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two cases and the share of the smaller one's images that the other holds too."""

    first: str
    second: str
    share: float


def overlap(ours: Collection[str], theirs: Collection[str]) -> float:
    """Return the share of the smaller set of pixel hashes that lies in the other; 0 when empty."""
    smaller = min(len(set(ours)), len(set(theirs)))
    return len(set(ours) & set(theirs)) / smaller if smaller else 0.0


def find_duplicates(
    cases: Mapping[str, Collection[str]], *, least_share: float = LEAST_SHARE
) -> list[Overlap]:
    """Return the pairs of cases that share at least `least_share` of their pixel hashes.

    `cases` maps a name to the SHA-256 of its decoded frames; only cases that share a hash are
    compared, so that the cost follows the duplicates, not the square of the cases.
    """
    holders: dict[str, set[str]] = defaultdict(set)
    for name, hashes in cases.items():
        for one in hashes:
            holders[one].add(name)
    pairs = {pair for names in holders.values() for pair in combinations(sorted(names), 2)}
    found = [Overlap(a, b, overlap(cases[a], cases[b])) for a, b in sorted(pairs)]
    return [pair for pair in found if pair.share >= least_share]
