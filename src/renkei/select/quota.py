"""Quotas: how many patients of a group are selected; who is set aside is drawn, not first come.

Patients stand in an order that a seed and their names give, so that neither the order of arrival
nor who asks moves it. Nothing is left out for good: over quota is a state.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from renkei.select.schema import Quota

Groups = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class QuotaState:
    """One quota for one group after the draw; `met` is False where it does not hold."""

    of: str
    value: str
    patients: int
    share: float
    met: bool
    at_most: int | None = None
    at_most_share: float | None = None
    at_least: int | None = None
    at_least_share: float | None = None


def draw(
    patients: Mapping[str, Groups], quotas: Sequence[Quota], *, seed: int
) -> tuple[frozenset[str], list[QuotaState]]:
    """Return who is over quota, and how each quota stands then.

    Counts are filled in the seeded order. Then, while a share is too large, the last of the group
    that is furthest over leaves. A share that no subset can meet is not enforced.
    """
    order = sorted(patients, key=lambda name: sha256(f"quota {seed} {name}".encode()).digest())
    split = [one for quota in quotas for one in _each(quota, list(patients.values()))]
    kept = _by_share(_by_count(order, patients, split), patients, split)
    return frozenset(patients) - frozenset(kept), _states(kept, patients, split)


def _each(quota: Quota, groups: Sequence[Groups]) -> list[tuple[Quota, str]]:
    if quota.value is not None:
        return [(quota, quota.value)]
    return [(quota, value) for value in sorted({group[quota.of] for group in groups})]


def _by_count(
    order: Sequence[str], patients: Mapping[str, Groups], quotas: Sequence[tuple[Quota, str]]
) -> list[str]:
    room = {(q.of, value): q.at_most for q, value in quotas if q.at_most is not None}
    kept = []
    for name in order:
        mine = [key for key in room if patients[name][key[0]] == key[1]]
        if all(room[key] > 0 for key in mine):
            kept.append(name)
            for key in mine:
                room[key] -= 1
    return kept


def _by_share(
    kept: list[str], patients: Mapping[str, Groups], quotas: Sequence[tuple[Quota, str]]
) -> list[str]:
    limits = _feasible(kept, patients, quotas)
    counts = Counter(pair for name in kept for pair in patients[name].items())
    waiting = {pair: [n for n in kept if patients[n][pair[0]] == pair[1]] for pair in limits}
    left = set(kept)
    while left:
        over = {pair: counts[pair] - limits[pair] * len(left) for pair in limits}
        worst = max(over, key=lambda pair: (over[pair], pair), default=None)
        if worst is None or over[worst] <= 1e-9:
            break
        name = waiting[worst].pop()
        if name in left:
            left.remove(name)
            counts.subtract(patients[name].items())
    return [name for name in kept if name in left]


def _feasible(
    kept: Sequence[str], patients: Mapping[str, Groups], quotas: Sequence[tuple[Quota, str]]
) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for quota, value in quotas:
        if quota.at_most_share is not None:
            pair = (str(quota.of), value)
            found[pair] = min(quota.at_most_share, found.get(pair, 1.0))
    for axis in {axis for axis, _ in found}:
        values = {patients[name][axis] for name in kept}
        if sum(found.get((axis, value), 1.0) for value in values) < 1:
            found = {pair: share for pair, share in found.items() if pair[0] != axis}
    return found


def _states(
    kept: Sequence[str], patients: Mapping[str, Groups], quotas: Sequence[tuple[Quota, str]]
) -> list[QuotaState]:
    states = []
    for quota, value in quotas:
        n = sum(patients[name][quota.of] == value for name in kept)
        share = n / len(kept) if kept else 0.0
        met = (
            (quota.at_most is None or n <= quota.at_most)
            and (quota.at_most_share is None or share <= quota.at_most_share + 1e-9)
            and (quota.at_least is None or n >= quota.at_least)
            and (quota.at_least_share is None or share >= quota.at_least_share - 1e-9)
        )
        states.append(
            QuotaState(
                quota.of,
                value,
                n,
                round(share, 4),
                met,
                quota.at_most,
                quota.at_most_share,
                quota.at_least,
                quota.at_least_share,
            )
        )
    return states
