"""RECIST 1.1: target lesions, sums of diameters and response.

After Eisenhauer et al., European Journal of Cancer 45 (2009) 228-247. Sums are in mm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from renkei.errors import DataRefusedError

LEAST_MM, LEAST_NODE_MM, NORMAL_NODE_MM = 10.0, 15.0, 10.0
MOST_IN_ORGAN, MOST = 2, 5
SHRINK, GROW, GROW_MM = 0.30, 0.20, 5.0


class RecistRefusedError(DataRefusedError):
    """The targets do not follow RECIST 1.1, or are not all measured."""


class Response(StrEnum):
    """How the disease responds; `not_evaluable` when a target was not measured."""

    COMPLETE = "CR"
    PARTIAL = "PR"
    STABLE = "SD"
    PROGRESSIVE = "PD"
    NON = "non_CR_non_PD"
    NOT_EVALUABLE = "NE"


@dataclass(frozen=True, slots=True)
class Target:
    """One lesion at one time: long and short diameter in mm; of nodes the short one counts."""

    name: str
    organ: str
    long_mm: float
    short_mm: float
    node: bool = False

    @property
    def size_mm(self) -> float:
        """Return the diameter that enters the sum."""
        return self.short_mm if self.node else self.long_mm

    @property
    def measurable(self) -> bool:
        """Tell whether it can be a target: 10 mm long, a node 15 mm short (section 3.1)."""
        return self.size_mm >= (LEAST_NODE_MM if self.node else LEAST_MM)


@dataclass(frozen=True, slots=True)
class Visit:
    """One examination: the targets by name, None where not measured, and what lies beside them.

    `new` tells of a lesion that baseline had not; `others` is the response of the non-targets:
    CR, non_CR_non_PD or PD for unequivocal progression; None when there are none.
    """

    sizes: Mapping[str, float | None]
    new: bool = False
    others: Response | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The sums and responses of one visit; percentages against baseline and nadir."""

    total_mm: float | None
    baseline_mm: float
    nadir_mm: float
    from_baseline: float | None
    from_nadir: float | None
    targets: Response
    overall: Response


def choose_targets(lesions: Sequence[Target]) -> tuple[Target, ...]:
    """Return the largest measurable lesions: two in an organ, five in all (section 4.2)."""
    chosen: list[Target] = []
    for one in sorted(lesions, key=lambda lesion: (-lesion.size_mm, lesion.name)):
        beside = sum(other.organ == one.organ for other in chosen)
        if one.measurable and beside < MOST_IN_ORGAN and len(chosen) < MOST:
            chosen.append(one)
    return tuple(chosen)


def check_targets(targets: Sequence[Target]) -> None:
    """Refuse targets that somebody chose against the rules.

    Raises:
        RecistRefusedError: Too many, too many in an organ, or one too small at baseline.
    """
    organs = [one.organ for one in targets]
    if len(targets) > MOST or any(organs.count(name) > MOST_IN_ORGAN for name in organs):
        raise RecistRefusedError("RECIST 1.1 takes two targets in an organ and five in all.")
    if not all(one.measurable for one in targets):
        raise RecistRefusedError(
            "A target is at least 10 mm long at baseline, a lymph node 15 mm across."
        )


def assess(targets: Sequence[Target], visits: Sequence[Visit]) -> tuple[Assessment, ...]:
    """Return the assessment of each visit after baseline, in their order.

    The nadir is the smallest sum so far, baseline included.

    Raises:
        RecistRefusedError: The targets break the rules, or a visit leaves one unmentioned.
    """
    check_targets(targets)
    baseline = round(sum(one.size_mm for one in targets), 1)
    nadir, found = baseline, []
    for visit in visits:
        if visit.sizes.keys() != {one.name for one in targets}:
            raise RecistRefusedError("Say the size of each target, or that it was not measured.")
        sizes = list(visit.sizes.values())
        total = round(sum(s for s in sizes if s is not None), 1)
        whole = None not in sizes
        response = _of_targets(targets, visit, baseline, nadir)
        found.append(
            Assessment(
                total_mm=total if whole else None,
                baseline_mm=baseline,
                nadir_mm=nadir,
                from_baseline=_percent(total, baseline) if whole else None,
                from_nadir=_percent(total, nadir) if whole else None,
                targets=response,
                overall=_overall(response, visit, has_targets=bool(targets)),
            )
        )
        nadir = min(nadir, total) if whole else nadir
    return tuple(found)


def _of_targets(targets: Sequence[Target], visit: Visit, baseline: float, nadir: float) -> Response:
    """Return the response of the targets (section 4.3.1)."""
    sizes = [(one, visit.sizes[one.name]) for one in targets]
    known = [(one, size) for one, size in sizes if size is not None]
    total = sum(size for _, size in known)
    grown = total - nadir
    # What was measured alone may already be progression; a smaller sum then proves nothing.
    if targets and grown >= GROW_MM - 1e-9 and grown >= GROW * nadir - 1e-9:
        return Response.PROGRESSIVE
    if len(known) < len(sizes) or not targets:
        return Response.NOT_EVALUABLE
    if all(size < NORMAL_NODE_MM if one.node else size == 0 for one, size in known):
        return Response.COMPLETE
    if total <= (1 - SHRINK) * baseline + 1e-9:
        return Response.PARTIAL
    return Response.STABLE


def _overall(response: Response, visit: Visit, *, has_targets: bool) -> Response:
    """Return the overall response (tables 1 and 2)."""
    if visit.new or Response.PROGRESSIVE in {response, visit.others}:
        return Response.PROGRESSIVE
    if not has_targets:
        return visit.others or Response.NOT_EVALUABLE
    left = visit.others in {Response.NON, Response.NOT_EVALUABLE}
    if response is Response.COMPLETE and left:
        return Response.PARTIAL
    return response


def _percent(now: float, before: float) -> float | None:
    return round(100 * (now - before) / before, 1) if before else None
