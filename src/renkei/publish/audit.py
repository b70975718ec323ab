"""Look for what would let a model score on the test part without having learned anything."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from renkei.errors import DataRefusedError
from renkei.publish.cases import Case

# An order or a size that ranks a class this well gives the answer away; chance gives 0.5.
TELLING_AUC = 0.9
TELLING_V = 0.8
SMALLEST_CLASS = 5
NORMAL_99999 = 4.42


class LeakFoundError(DataRefusedError):
    """The same patient, image or source stands on two sides of the split."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check: how much it compared, and the cases it found, by name."""

    name: str
    compared: int
    findings: tuple[str, ...]
    refuses: bool


@dataclass(frozen=True, slots=True)
class Audit:
    """All checks of one split."""

    checks: tuple[Check, ...]

    @property
    def refused(self) -> tuple[Check, ...]:
        """Return the checks that forbid a freeze."""
        return tuple(c for c in self.checks if c.refuses and c.findings)

    def require_clean(self) -> None:
        """Pass only a split without leaks.

        Raises:
            LeakFoundError: The sentence names the checks; a person has to look at the cases.
        """
        if self.refused:
            names = ", ".join(c.name for c in self.refused)
            counts = {c.name: len(c.findings) for c in self.refused}
            raise LeakFoundError(f"The split leaks ({names}); move or remove the cases.", **counts)

    def as_json(self) -> dict[str, Any]:
        """Return the audit as plain data."""
        return {"checks": [asdict(c) | {"findings": list(c.findings)} for c in self.checks]}


def audit_cases(
    cases: Sequence[Case],
    *,
    fingerprints: Mapping[str, frozenset[str]] | None = None,
    parents: Mapping[str, frozenset[str]] | None = None,
    sizes: Mapping[str, int] | None = None,
    order: Sequence[str] | None = None,
) -> Audit:
    """Run every check on cases that have a side.

    `fingerprints` gives for a case its pixel hashes and SOP instance UIDs, `parents` the hashes
    it was derived from beyond its own sources, `sizes` its image's bytes, `order` the case names
    as they will be listed (default: sorted by name).
    """
    marks = fingerprints or {}
    family = parents or {}
    ranked = {name: rank for rank, name in enumerate(order or sorted(c.name for c in cases))}
    exact = _straddling(cases, lambda c: {c.image_sha256} | marks.get(c.name, frozenset()))
    derived = _straddling(cases, lambda c: c.sources | family.get(c.name, frozenset()))
    return Audit(
        (
            Check("identity", len(cases), _straddling(cases, lambda c: {c.subject}), refuses=True),
            Check("exact", len(cases), exact, refuses=True),
            Check("derived", len(cases), _and_children(cases, derived, family), refuses=True),
            Check("same_image_two_patients", len(cases), _twins(cases, marks), refuses=True),
            Check("label_from_order", len(cases), _telling(cases, ranked, _label), refuses=True),
            Check("split_from_order", len(cases), _telling(cases, ranked, _side), refuses=True),
            Check(
                "label_from_size", len(cases), _telling(cases, sizes or {}, _label), refuses=False
            ),
            Check("label_from_maker", len(cases), _shortcut(cases, "maker"), refuses=False),
            Check("label_from_site", len(cases), _shortcut(cases, "site"), refuses=False),
        )
    )


def _label(case: Case) -> str:
    return case.stratum_label


def _side(case: Case) -> str:
    return case.split or ""


def _straddling(cases: Iterable[Case], keys: Callable[[Case], Iterable[str]]) -> tuple[str, ...]:
    """Return the cases that share a key with a case on another side."""
    by_key: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        for key in keys(case):
            if key:
                by_key[key].append(case)
    return tuple(
        sorted(
            {c.name for held in by_key.values() if len({h.split for h in held}) > 1 for c in held}
        )
    )


def _and_children(
    cases: Sequence[Case], found: Iterable[str], parents: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    """Add the cases whose parent image itself stands on another side."""
    owner = {case.image_sha256: case for case in cases}
    more = {
        name
        for case in cases
        for sha in case.sources | parents.get(case.name, frozenset())
        if sha in owner and owner[sha].split != case.split
        for name in (case.name, owner[sha].name)
    }
    return tuple(sorted(more | set(found)))


def _twins(cases: Iterable[Case], marks: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Return cases of different subjects that share their pixels: one of them is misfiled."""
    by_key: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for case in cases:
        for key in {case.image_sha256} | marks.get(case.name, frozenset()):
            by_key[key].add((case.subject, case.name))
    return tuple(
        sorted({n for held in by_key.values() if len({s for s, _ in held}) > 1 for _, n in held})
    )


def _telling(
    cases: Sequence[Case], value: Mapping[str, float], group: Callable[[Case], str]
) -> tuple[str, ...]:
    """Return the groups that a number ranks apart: AUC beyond 0.9 and beyond chance at 0.001 %."""
    known = [(value[c.name], group(c)) for c in cases if c.name in value]
    telling = []
    for name, count in sorted(Counter(g for _, g in known).items()):
        rest = len(known) - count
        if min(count, rest) < SMALLEST_CLASS:
            continue
        area = _auc([v for v, g in known if g == name], [v for v, g in known if g != name])
        # Standard error of the area under no difference (Mann-Whitney).
        chance = math.sqrt((count + rest + 1) / (12 * count * rest))
        if max(area, 1 - area) > max(TELLING_AUC, 0.5 + NORMAL_99999 * chance):
            telling.append(name)
    return tuple(telling)


def _auc(these: Sequence[float], others: Sequence[float]) -> float:
    wins = sum((a > b) + 0.5 * (a == b) for a in these for b in others)
    return wins / (len(these) * len(others))


def _shortcut(cases: Sequence[Case], axis: str) -> tuple[str, ...]:
    strength = cramers_v([(c.fact(axis), c.stratum_label) for c in cases])
    return (f"{axis}:V={strength:.2f}",) if strength is not None and strength > TELLING_V else ()


def cramers_v(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Return the bias-corrected Cramér's V (Bergsma 2013); None if a grouping is constant."""
    rows, columns = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    n, r, k = len(pairs), len(rows), len(columns)
    if n < 2 or r < 2 or k < 2:
        return None
    both = Counter(pairs)
    chi2 = sum(
        (both[a, b] - rows[a] * columns[b] / n) ** 2 / (rows[a] * columns[b] / n)
        for a in rows
        for b in columns
    )
    phi2 = max(0.0, chi2 / n - (k - 1) * (r - 1) / (n - 1))
    smaller = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
    return math.sqrt(phi2 / smaller) if smaller > 0 else None
