"""Say who is in a dataset, per patient, beside the people it is meant for."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from renkei.publish.cases import Case
from renkei.publish.regions import continent
from renkei.subjects.counting import wilson

# World Bank population 2024, 215 countries and areas, 8.117 bn people; UN M49 regions.
WORLD: Mapping[str, float] = {
    "Asia": 0.588,
    "Africa": 0.186,
    "Americas": 0.129,
    "Europe": 0.091,
    "Oceania": 0.006,
}
AXES = ("continent", "country", "sex", "age_band", "maker", "model", "site", "label")
LOW, HIGH = 0.8, 1.25


@dataclass(frozen=True, slots=True)
class Group:
    """One group of an axis; ratio and its interval only where a reference share is known."""

    name: str
    patients: int
    share: float
    low: float
    high: float
    reference: float | None = None
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    flag: str | None = None
    collect_next: int | None = None


@dataclass(frozen=True, slots=True)
class Axis:
    """The groups of one axis, with distances where the axis has a reference."""

    name: str
    patients: int
    groups: tuple[Group, ...]
    distance: float | None = None
    divergence_bits: float | None = None
    coverage: float | None = None
    effective_patients: float | None = None
    representative_subsample: float | None = None


@dataclass(frozen=True, slots=True)
class Representation:
    """Every axis over the patients that are counted, and how many made cases were left out."""

    patients: int
    not_counted: int
    reference: str
    axes: tuple[Axis, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def represent_cases(
    cases: Iterable[Case], *, axes: Sequence[str] = AXES, world: Mapping[str, float] = WORLD
) -> Representation:
    """Count patients per group; made and synthetic cases are never counted.

    A patient with several cases counts once, by the facts of the first case by name.
    """
    patients: dict[str, Case] = {}
    invented: set[str] = set()
    for case in sorted(cases, key=lambda c: c.name):
        if case.counted:
            patients.setdefault(case.subject, case)
        else:
            invented.add(case.subject)
    found = tuple(
        describe_axis(
            axis,
            Counter(_value(case, axis) for case in patients.values()),
            world if axis == "continent" else None,
        )
        for axis in axes
    )
    return Representation(len(patients), len(invented), "world population 2024", found)


def _value(case: Case, axis: str) -> str:
    if axis == "continent":
        return continent(case.facts.get("country"))
    if axis == "label":
        return case.stratum_label
    return case.fact(axis)


def describe_axis(
    name: str, counts: Mapping[str, int], reference: Mapping[str, float] | None = None
) -> Axis:
    """Describe one axis; with a reference, groups that nobody represents are shown with 0.

    Distance = half the sum of |s - r|; effective patients = n / sum(s w^2), w = (r/coverage)/s
    over covered groups; representative subsample = coverage * min(n_g / r).
    """
    n = sum(counts.values())
    names = sorted(set(counts) | set(reference or {}), key=lambda g: (-counts.get(g, 0), g))
    groups = tuple(
        _group(g, counts.get(g, 0), n, reference.get(g) if reference else None) for g in names
    )
    if reference is None or n == 0:
        return Axis(name, n, groups)
    shares = {g: counts.get(g, 0) / n for g in names}
    parts = {g: reference.get(g, 0.0) for g in names}
    covered = [g for g in names if shares[g] > 0 and parts[g] > 0]
    coverage = sum(parts[g] for g in covered)
    weights = {g: parts[g] / coverage / shares[g] for g in covered}
    spread = sum(shares[g] * weights[g] ** 2 for g in covered)
    return Axis(
        name,
        n,
        groups,
        distance=sum(abs(shares[g] - parts[g]) for g in names) / 2,
        divergence_bits=_jensen_shannon(shares, parts),
        coverage=coverage,
        effective_patients=n / spread if spread else 0.0,
        representative_subsample=(
            coverage * min(counts[g] / parts[g] for g in covered) if covered else 0.0
        ),
    )


def _group(name: str, patients: int, n: int, reference: float | None) -> Group:
    share = patients / n if n else 0.0
    low, high = wilson(patients, n)
    if not reference or not n:
        return Group(name, patients, share, low, high, reference)
    ratio = share / reference
    wanted = LOW * reference
    missing = math.ceil((wanted * n - patients) / (1 - wanted)) if ratio < LOW else 0
    flag = "under" if ratio < LOW else "over" if ratio > HIGH else None
    return Group(
        name, patients, share, low, high, reference,
        ratio, low / reference, high / reference, flag, missing,
    )  # fmt: skip


def effective_patients_of_images(images_per_patient: Sequence[int], rho: float) -> float:
    """Return how many independent images those of some patients are worth (design effect).

    n / (1 + (m' - 1) rho) with m' = sum(m^2) / sum(m); rho is the correlation inside a patient.
    """
    images = sum(images_per_patient)
    if images == 0:
        return 0.0
    cluster = sum(m * m for m in images_per_patient) / images
    return images / (1 + (cluster - 1) * rho)


def _jensen_shannon(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    def entropy(values: Iterable[float]) -> float:
        return -sum(v * math.log2(v) for v in values if v > 0)

    middle = entropy((one[g] + other[g]) / 2 for g in one)
    return middle - (entropy(one.values()) + entropy(other.values())) / 2


def hide_small(axis: Axis, smallest: int = 10) -> list[dict[str, Any]]:
    """Return the rows of an axis for the public: a cell under `smallest` patients shows no figure.

    The next smallest cell is hidden too when one alone would follow from the total.
    """
    rows = sorted(axis.groups, key=lambda g: g.patients)
    hidden = {g.name for g in rows if g.patients < smallest}
    if len(hidden) == 1 and len(rows) > 1:
        hidden.add(next(g.name for g in rows if g.name not in hidden))
    return [
        {"name": g.name, "patients": None, "share": None}
        if g.name in hidden
        else {"name": g.name, "patients": g.patients, "share": round(g.share, 3)}
        for g in axis.groups
    ]
