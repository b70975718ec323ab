"""A verdict: accept, review or exclude, with coded reasons and every number it rests on.

Exclude = a hard rule, or two independent soft reasons. Review = one soft reason, a required
metric that is not applicable, or a stratum too small to compare with. Else accept.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, get_args

from renkei.select.facts import CaseFacts
from renkei.select.grade import grades
from renkei.select.inclusion import against_inclusion
from renkei.select.metric import Measured, Metric, Place
from renkei.select.reasons import Outcome, Reason, Weight
from renkei.select.recipe import LEAST_PATIENTS, Recipe, Rule, Stratum

__all__ = [
    "MetricResult",
    "Outcome",
    "Reason",
    "Verdict",
    "Weight",
    "decide",
    "on_scale",
    "outcome_of",
]


@dataclass(frozen=True, slots=True)
class MetricResult:
    """One metric of one case, with the limits it was held against.

    `z` is relative to the stratum, `z_pooled` absolute: to every case of the modality.
    """

    metric: str
    version: str
    unit: str
    value: float | None
    n: int
    reason: str | None
    codes: tuple[str, ...]
    facts: Mapping[str, float]
    places: tuple[Place, ...] = ()
    z: float | None = None
    exclude_limit: float | None = None
    review_limit: float | None = None
    z_limit: float | None = None
    stratum: Mapping[str, str] = field(default_factory=dict)
    stratum_median: float | None = None
    stratum_patients: int = 0
    aspect: str = "artefact"
    z_pooled: float | None = None
    z_pooled_limit: float | None = None
    pooled_median: float | None = None
    pooled_patients: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of one recipe for one case; `nearest` is the distance to the closest limit.

    `grades` run from 1 to 4 (fails), None where nothing was measured. `facts` are what was known
    beside the pixels, so that another recipe can be held against the same measurements.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]
    metrics: tuple[MetricResult, ...]
    recipe_sha256: str
    stratum: Mapping[str, str]
    nearest: float | None
    facts: CaseFacts
    grades: Mapping[str, int | None] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        said = asdict(self)
        said["reasons"] = [reason.as_dict() for reason in self.reasons]
        return said


def decide(
    recipe: Recipe,
    facts: CaseFacts,
    measured: Sequence[tuple[Metric, Measured]],
    *,
    unread: Sequence[str] = (),
    duplicate: bool = False,
    also: Sequence[Reason] = (),
) -> Verdict:
    """Hold what was measured against a recipe.

    `unread` are the codes of a case that could not be opened; those that no metric reports
    exclude by themselves, so that nothing is accepted unseen. `also` are reasons found elsewhere.
    """
    reasons = [*against_inclusion(recipe, facts), *also]
    reported = {code for _, found in measured for code in found.codes}
    reasons += [Reason("fault", "hard", None, code) for code in unread if code not in reported]
    if duplicate:
        reasons.append(Reason("duplicate_pixels", "doubt"))
    results: list[MetricResult] = []
    closeness: list[float] = []
    rules = {rule.metric: rule for rule in recipe.rules}
    for metric, found in measured:
        rule = rules.get(metric.name, Rule(metric.name))
        result = _hold(recipe, facts, metric, found, rule)
        results.append(result)
        reasons += _against(metric, result, rule)
        closeness += _distances(result)
    return settle(recipe, facts, reasons, results, closeness)


def settle(
    recipe: Recipe,
    facts: CaseFacts,
    reasons: list[Reason],
    results: Sequence[MetricResult],
    closeness: Sequence[float],
) -> Verdict:
    """Make a verdict of the reasons found, with its grades and the draw for a second look."""
    if not reasons and _drawn(recipe, facts):
        reasons = [Reason("second_look", "doubt")]
    outcome = outcome_of(reasons)
    return Verdict(
        outcome=outcome,
        # The weightiest first: it is the one that lists and flows name.
        reasons=tuple(sorted(reasons, key=lambda reason: get_args(Weight).index(reason.weight))),
        metrics=tuple(results),
        recipe_sha256=recipe.sha256,
        stratum=facts.stratum,
        nearest=round(min(closeness), 4) if closeness else None,
        facts=facts,
        grades=grades(
            reasons,
            outcome,
            aspects={result.metric: result.aspect for result in results},
            answered=frozenset(r.metric for r in results if r.value is not None),
            records=bool(facts.findings),
        ),
    )


def outcome_of(reasons: Sequence[Reason]) -> Outcome:
    """Return what reasons come to: one hard or two soft metrics exclude, any other asks."""
    soft = {reason.metric for reason in reasons if reason.weight == "soft"}
    if any(reason.weight == "hard" for reason in reasons) or len(soft) > 1:
        return Outcome.EXCLUDE
    return Outcome.REVIEW if reasons else Outcome.ACCEPT


def _drawn(recipe: Recipe, facts: CaseFacts) -> bool:
    """Tell by a hash of seed and series whether an accepted case is shown again."""
    if not recipe.second_look or facts.series is None:
        return False
    drawn = sha256(f"second look {recipe.seed} {facts.series}".encode()).digest()
    return int.from_bytes(drawn[:8], "big") < recipe.second_look * 2**64


def _hold(
    recipe: Recipe, facts: CaseFacts, metric: Metric, found: Measured, rule: Rule
) -> MetricResult:
    stratum = recipe.stratum_for(metric.name, facts)
    pooled = recipe.pooled_for(metric.name, facts)
    return MetricResult(
        metric=metric.name,
        version=metric.version,
        unit=metric.unit,
        value=found.value,
        n=found.n,
        reason=found.reason,
        codes=found.codes,
        facts=found.facts,
        places=found.places,
        z=_z(metric, found, stratum),
        exclude_limit=rule.exclude,
        review_limit=rule.review,
        z_limit=rule.z,
        stratum={str(k): v for k, v in stratum.match.items()} if stratum else {},
        stratum_median=_median(metric, stratum),
        stratum_patients=stratum.patients if stratum else 0,
        aspect=metric.aspect,
        z_pooled=_z(metric, found, pooled),
        z_pooled_limit=rule.z_pooled,
        pooled_median=_median(metric, pooled),
        pooled_patients=pooled.patients if pooled else 0,
    )


def _z(metric: Metric, found: Measured, stratum: Stratum | None) -> float | None:
    if stratum is None or stratum.patients < LEAST_PATIENTS or found.value is None:
        return None
    spread = max(stratum.spread, metric.floor)
    return round((on_scale(metric, found.value) - stratum.median) / spread, 3)


def _median(metric: Metric, stratum: Stratum | None) -> float | None:
    """Return the median of a stratum in the metric's unit."""
    if stratum is None:
        return None
    return round(math.exp(stratum.median), 3) if metric.scale == "log" else stratum.median


def on_scale(metric: Metric, value: float) -> float:
    """Return the value on the scale its strata are kept in: ln x for log-like metrics."""
    return math.log(max(value, 1e-6)) if metric.scale == "log" else value


def _against(metric: Metric, result: MetricResult, rule: Rule) -> list[Reason]:
    name = metric.name
    reasons = [
        Reason(
            "fault", "hard" if rule.codes.get(code, "exclude") == "exclude" else "doubt", name, code
        )
        for code in result.codes
    ]
    if result.value is None:
        if rule.required:
            reasons.append(Reason("not_applicable", "doubt", name))
        return reasons
    sign = 1 if metric.worse == "high" else -1
    if rule.exclude is not None and sign * result.value > sign * rule.exclude:
        reasons.append(Reason("over_limit", "hard", name))
    elif rule.review is not None and sign * result.value > sign * rule.review:
        reasons.append(Reason("near_limit", "soft", name))
    held = [(rule.z, result.z, "unusual"), (rule.z_pooled, result.z_pooled, "unusual_in_modality")]
    if any(limit is not None and z is None for limit, z, _ in held):
        reasons.append(Reason("stratum_too_small", "doubt", name))
    reasons += [
        Reason(code, "soft", name)
        for limit, z, code in held
        if limit is not None and z is not None and sign * z > limit
    ]
    return reasons


def _distances(result: MetricResult) -> list[float]:
    pairs = [
        (result.value, result.exclude_limit),
        (result.value, result.review_limit),
        (result.z, result.z_limit),
        (result.z_pooled, result.z_pooled_limit),
    ]
    return [
        abs(v - limit) / max(abs(limit), 1e-6)
        for v, limit in pairs
        if v is not None and limit is not None
    ]
