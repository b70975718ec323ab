"""A verdict: accept, review or exclude, with coded reasons and every number it rests on.

Exclude = a hard rule, or two independent soft reasons. Review = one soft reason, a required
metric that is not applicable, or a stratum too small to compare with. Else accept.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Literal

from renkei.select.metric import Measured, Metric
from renkei.select.recipe import LEAST_PATIENTS, CaseFacts, Recipe, Rule

Weight = Literal["hard", "soft", "doubt"]


class Outcome(StrEnum):
    """What becomes of a case."""

    ACCEPT = "accept"
    REVIEW = "review"
    EXCLUDE = "exclude"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against accepting: a code, the metric it came from, and its weight.

    hard excludes alone · soft excludes with another soft one · doubt always asks a person.
    """

    code: str
    weight: Weight
    metric: str | None = None
    detail: str | None = None

    @property
    def key(self) -> str:
        """Return the short name that flows count by, such as `ct_noise.unusual`."""
        return ".".join(part for part in (self.metric, self.detail or self.code) if part)


@dataclass(frozen=True, slots=True)
class MetricResult:
    """One metric of one case, with the limits it was held against."""

    metric: str
    version: str
    unit: str
    value: float | None
    n: int
    reason: str | None
    codes: tuple[str, ...]
    facts: Mapping[str, float]
    z: float | None = None
    exclude_limit: float | None = None
    review_limit: float | None = None
    z_limit: float | None = None
    stratum: Mapping[str, str] = field(default_factory=dict)
    stratum_median: float | None = None
    stratum_patients: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of one recipe for one case; `nearest` is the distance to the closest limit."""

    outcome: Outcome
    reasons: tuple[Reason, ...]
    metrics: tuple[MetricResult, ...]
    recipe_sha256: str
    stratum: Mapping[str, str]
    nearest: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        said = asdict(self)
        said["reasons"] = [asdict(r) | {"key": r.key} for r in self.reasons]
        return said


def decide(
    recipe: Recipe,
    facts: CaseFacts,
    measured: Sequence[tuple[Metric, Measured]],
    *,
    unread: Sequence[str] = (),
    duplicate: bool = False,
) -> Verdict:
    """Hold what was measured against a recipe.

    `unread` are the codes of a case that could not be opened; those that no metric reports
    exclude by themselves, so that nothing is accepted unseen.
    """
    reasons = _inclusion(recipe, facts)
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
    return Verdict(
        outcome=_outcome(reasons),
        reasons=tuple(reasons),
        metrics=tuple(results),
        recipe_sha256=recipe.sha256,
        stratum=facts.stratum,
        nearest=round(min(closeness), 4) if closeness else None,
    )


def _outcome(reasons: Sequence[Reason]) -> Outcome:
    soft = {reason.metric for reason in reasons if reason.weight == "soft"}
    if any(reason.weight == "hard" for reason in reasons) or len(soft) > 1:
        return Outcome.EXCLUDE
    return Outcome.REVIEW if reasons else Outcome.ACCEPT


def _inclusion(recipe: Recipe, facts: CaseFacts) -> list[Reason]:
    reasons = []
    if facts.modality not in recipe.modalities:
        reasons.append(Reason("modality_not_wanted", "hard"))
    part = (facts.body_part or "").upper()
    if recipe.body_parts and not part:
        reasons.append(Reason("body_part_unknown", "doubt"))
    elif recipe.body_parts and part not in recipe.body_parts:
        reasons.append(Reason("body_part_not_wanted", "hard"))
    if recipe.least_age is not None and facts.age is None:
        reasons.append(Reason("age_unknown", "doubt"))
    elif recipe.least_age is not None and facts.age is not None and facts.age < recipe.least_age:
        reasons.append(Reason("age_below_limit", "hard"))
    # Codes are hierarchies (J93.1 lies in J93), so an unwanted code takes everything below it.
    hits = {
        finding.polarity
        for finding in facts.findings
        for unwanted in recipe.unwanted
        if finding.scheme == unwanted.scheme and finding.value.startswith(unwanted.value)
    }
    if "present" in hits:
        reasons.append(Reason("finding_unwanted", "hard"))
    elif "uncertain" in hits:
        reasons.append(Reason("finding_uncertain", "doubt"))
    return reasons


def _hold(
    recipe: Recipe, facts: CaseFacts, metric: Metric, found: Measured, rule: Rule
) -> MetricResult:
    stratum = recipe.stratum_for(metric.name, facts) if rule.z is not None else None
    z = None
    if stratum and stratum.patients >= LEAST_PATIENTS and found.value is not None:
        spread = max(stratum.spread, metric.floor)
        z = round((on_scale(metric, found.value) - stratum.median) / spread, 3)
    return MetricResult(
        metric=metric.name,
        version=metric.version,
        unit=metric.unit,
        value=found.value,
        n=found.n,
        reason=found.reason,
        codes=found.codes,
        facts=found.facts,
        z=z,
        exclude_limit=rule.exclude,
        review_limit=rule.review,
        z_limit=rule.z,
        stratum=stratum.match if stratum else {},
        stratum_median=stratum.median if stratum else None,
        stratum_patients=stratum.patients if stratum else 0,
    )


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
    if rule.z is not None and result.z is None:
        reasons.append(Reason("stratum_too_small", "doubt", name))
    elif rule.z is not None and result.z is not None and sign * result.z > rule.z:
        reasons.append(Reason("unusual", "soft", name))
    return reasons


def _distances(result: MetricResult) -> list[float]:
    pairs = [
        (result.value, result.exclude_limit),
        (result.value, result.review_limit),
        (result.z, result.z_limit),
    ]
    return [
        abs(v - limit) / max(abs(limit), 1e-6)
        for v, limit in pairs
        if v is not None and limit is not None
    ]
