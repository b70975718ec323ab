"""Divide patients into train, validation and test: by patient, stratified, the same every time."""

import hashlib
import hmac
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from renkei.errors import ConflictError, UsageError
from renkei.publish.cases import SIDES

DEFAULT_SHARES: Mapping[str, float] = {"train": 0.7, "validation": 0.15, "test": 0.15}
SMALLEST_STRATUM = 3
SITES_FOR_HOLD_OUT = 3


class BadSharesError(UsageError):
    """The shares do not name the three sides or do not sum to one."""


class TwoSidesError(ConflictError):
    """Patients that belong together already stand on two sides."""


@dataclass(frozen=True, slots=True)
class Member:
    """A patient with what the split balances."""

    patient: str
    site: str
    label: str


@dataclass(frozen=True, slots=True)
class Split:
    """The side of each patient, and what could not be balanced."""

    sides: Mapping[str, str]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Counts:
    """Groups per side in a stratum, a site and in all, and how many there are to place."""

    placed: dict[object, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    total: Counter[object] = field(default_factory=Counter)


def split_patients(
    members: Iterable[Member],
    *,
    key: bytes,
    shares: Mapping[str, float] = DEFAULT_SHARES,
    links: Iterable[tuple[str, str]] = (),
    keep: Mapping[str, str] | None = None,
    hold_out_site: bool = False,
) -> Split:
    """Give every patient one side, the same for any order of the input.

    Linked patients form a group and move together; a group with a side in `keep` keeps it. New
    groups are ordered by HMAC(key, group) within site x label: floor(share * n) each, the rest to
    the side with the largest deficit in the stratum, then the site, then all. Strata of fewer than
    three groups go to train. `hold_out_site` gives one whole site to test if there are three.

    Raises:
        BadSharesError: The shares are not three that sum to one.
        TwoSidesError: A group already stands on two sides.
    """
    if set(shares) != set(SIDES) or abs(sum(shares.values()) - 1) > 1e-9:
        raise BadSharesError("Shares must name train, validation and test and sum to one.")
    groups = _groups({m.patient: m for m in members}, links)
    fixed = {name: _kept(group, keep or {}) for name, group in groups.items()}
    sides = {name: side for name, side in fixed.items() if side}
    notes: list[str] = []
    if hold_out_site:
        _hold_out(groups, sides, shares, key, notes)
    frequency = Counter(m.label for group in groups.values() for m in group)
    strata: dict[tuple[str, str], list[str]] = defaultdict(list)
    counts = _Counts()
    for name, group in groups.items():
        stratum = _stratum(group, frequency)
        strata[stratum].append(name)
        for level in (stratum, stratum[0], None):
            counts.total[level] += 1
            counts.placed[level][sides.get(name, "")] += 1
    for stratum in sorted(strata, key=lambda s: (len(strata[s]), s)):
        new = sorted((n for n in strata[stratum] if n not in sides), key=lambda n: _order(key, n))
        if new and len(strata[stratum]) < SMALLEST_STRATUM:
            notes.append("stratum_too_small:all_to_train")
        small = len(strata[stratum]) < SMALLEST_STRATUM
        _place(new, stratum, {"train": 1.0} if small else shares, counts, sides)
    notes += [f"empty_side:{side}" for side in SIDES if side not in sides.values()]
    return Split(
        {m.patient: sides[name] for name, group in groups.items() for m in group},
        tuple(sorted(set(notes))),
    )


def _place(
    new: Sequence[str],
    stratum: tuple[str, str],
    shares: Mapping[str, float],
    counts: _Counts,
    sides: dict[str, str],
) -> None:
    quota = [side for side in shares for _ in range(int(shares[side] * len(new) + 1e-9))]
    for position, name in enumerate(new):
        side = quota[position] if position < len(quota) else _neediest(stratum, shares, counts)
        sides[name] = side
        for level in (stratum, stratum[0], None):
            counts.placed[level][side] += 1


def _neediest(stratum: tuple[str, str], shares: Mapping[str, float], counts: _Counts) -> str:
    def deficit(side: str) -> tuple[float, ...]:
        return tuple(
            round(shares[side] * counts.total[level] - counts.placed[level][side], 9)
            for level in (stratum, stratum[0], None)
        )

    return max(shares, key=deficit)


def _hold_out(
    groups: Mapping[str, Sequence[Member]],
    sides: dict[str, str],
    shares: Mapping[str, float],
    key: bytes,
    notes: list[str],
) -> None:
    by_site: dict[str, list[str]] = defaultdict(list)
    for name, group in groups.items():
        for site in sorted({m.site for m in group}):
            by_site[site].append(name)
    if len(by_site) < SITES_FOR_HOLD_OUT:
        notes.append("too_few_sites:none_held_out")
        return
    free = [s for s, names in by_site.items() if all(sides.get(n, "test") == "test" for n in names)]
    wanted = shares["test"] * len(groups)
    fitting = [site for site in free if len(by_site[site]) <= 2 * wanted]
    if not fitting:
        notes.append("sites_too_large:none_held_out")
        return
    best = min(fitting, key=lambda s: (abs(len(by_site[s]) - wanted), _order(key, s)))
    sides.update(dict.fromkeys(by_site[best], "test"))


def _groups(
    members: Mapping[str, Member], links: Iterable[tuple[str, str]]
) -> dict[str, list[Member]]:
    """Return the connected components, each named by its first patient."""
    parent = {patient: patient for patient in members}

    def find(patient: str) -> str:
        while parent[patient] != patient:
            parent[patient] = parent[parent[patient]]
            patient = parent[patient]
        return patient

    for one, other in links:
        if one in parent and other in parent:
            low, high = sorted((find(one), find(other)))
            parent[high] = low
    groups: dict[str, list[Member]] = defaultdict(list)
    for patient in sorted(members):
        groups[find(patient)].append(members[patient])
    return dict(groups)


def _kept(group: Sequence[Member], keep: Mapping[str, str]) -> str | None:
    held = {keep[m.patient] for m in group if m.patient in keep}
    if len(held) > 1:
        raise TwoSidesError(
            "Patients that belong together already stand on two sides; begin with a new draft."
        )
    return held.pop() if held else None


def _stratum(group: Sequence[Member], frequency: Mapping[str, int]) -> tuple[str, str]:
    rarest = min(group, key=lambda m: (frequency[m.label], m.label))
    return min(m.site for m in group), rarest.label


def _order(key: bytes, name: str) -> bytes:
    return hmac.digest(key, name.encode(), hashlib.sha256)
