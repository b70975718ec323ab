"""One subject's examinations in their order as a course by RECIST 1.1."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from renkei.annotate.facts import Facts, LesionFact
from renkei.annotate.reports.follow import compare_with_prior
from renkei.annotate.reports.recist import (
    Assessment,
    Response,
    Target,
    Visit,
    assess,
    choose_targets,
)


@dataclass(frozen=True, slots=True)
class Course:
    """The targets of the first examination, their sizes at each, and what follows from them."""

    dates: tuple[str, ...]
    targets: tuple[Target, ...]
    sizes: tuple[dict[str, float | None], ...]
    assessments: tuple[Assessment, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the course as JSON values."""
        return asdict(self)


def course_of(examinations: Sequence[Facts]) -> Course:
    """Return the course of examinations in the order of their days, the first as baseline.

    A target that is no longer drawn counts as 0 mm. Whether other lesions progress unequivocally is
    a person's call, so they count as neither gone nor grown while one is left.
    """
    first, *later = examinations
    targets = choose_targets([_target(one) for one in first.lesions])
    names = {one.name for one in targets}
    nodes = {one.name for one in targets if one.node}
    beside = {one.name for one in first.lesions} - names
    # The name at baseline of each lesion of the examination before.
    known = {one.name: one.name for one in first.lesions}
    baseline: dict[str, float | None] = {one.name: one.size_mm for one in targets}
    sizes, visits, before = [baseline], [], first
    for facts in later:
        now = _against(facts, before)
        traced = {one.name: known[one.before] for one in now.lesions if one.before in known}
        found: dict[str, float | None] = dict.fromkeys(names, 0.0)
        for lesion in now.lesions:
            origin = traced.get(lesion.name)
            if origin in names:
                found[origin] = lesion.short_mm if origin in nodes else lesion.long_mm
        left = beside & set(traced.values())
        others = (Response.NON if left else Response.COMPLETE) if beside else None
        new = any(lesion.name not in traced for lesion in now.lesions)
        visits.append(Visit(found, new=new, others=others))
        sizes.append(found)
        known, before = traced, now
    dates = tuple(facts.date for facts in examinations)
    return Course(dates, targets, tuple(sizes), assess(targets, visits))


def _target(lesion: LesionFact) -> Target:
    organ = lesion.organ or ""
    node = "node" in lesion.key or "node" in organ
    return Target(lesion.name, organ, lesion.long_mm, lesion.short_mm, node)


def _against(facts: Facts, before: Facts) -> Facts:
    """Return the facts as they were compared; anew where they were compared with another."""
    if facts.prior is not None and facts.prior.labels == before.labels:
        return facts
    return compare_with_prior(facts, before)
