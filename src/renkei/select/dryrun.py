"""A dry run: what a recipe would do to cases that are judged already, before it acts.

Measurements are taken from the verdicts; no pixel is read. What the recipe limits and nobody has
measured is named, and such a case waits for a person.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from renkei.plugins import by_name
from renkei.select.balance import Balance, balance
from renkei.select.bias import Warned, warnings_of
from renkei.select.consort import as_data, consort_chart
from renkei.select.facts import CaseFacts
from renkei.select.flow import Box, FlowCase, count_flow
from renkei.select.groups import groups_of
from renkei.select.judge import RECORD_KINDS
from renkei.select.metrics import METRICS
from renkei.select.quota import QuotaState, draw
from renkei.select.reasons import Outcome
from renkei.select.recipe import Recipe
from renkei.select.removal import Judged, Removal, removals
from renkei.select.stored import StoredCase, decide_again, unmeasured


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a recipe would do. `states` are selected, review, over_quota or excluded by case.

    `records` counts tables, reports and the like, which no cohort binds: they are left aside.
    `not_measured` counts the cases per metric that the recipe limits and nobody measured,
    `other_version` those measured by another version of the metric than the installed one.
    """

    recipe: Mapping[str, str]
    flow: tuple[Box, ...]
    rules: tuple[Removal, ...]
    warnings: tuple[Warned, ...]
    balance: tuple[Balance, ...]
    quotas: tuple[QuotaState, ...]
    not_measured: Mapping[str, int]
    other_version: Mapping[str, int]
    records: int
    states: Mapping[str, str]
    reasons: Mapping[str, tuple[str, ...]]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, with the diagram of the patients; cases are left out."""
        said = asdict(self)
        del said["states"], said["reasons"]
        said["consort"] = {box.unit: as_data(box) for box in self.flow}
        said["chart"] = consort_chart(self.flow[0])
        return said


def dry_run(cases: Sequence[StoredCase], recipe: Recipe) -> DryRun:
    """Hold stored cases against a recipe; the order of the cases does not matter.

    Raises:
        NoSuchPluginError: The recipe names a metric that is not installed.
    """
    for rule in recipe.rules:
        by_name(METRICS, rule.metric)
    images = [case for case in cases if case.facts.modality not in RECORD_KINDS]
    records = len(cases) - len(images)
    cases = sorted(images, key=lambda case: case.case)
    verdicts = [decide_again(case, recipe) for case in cases]
    accepted: dict[str, list[CaseFacts]] = {}
    for case, verdict in zip(cases, verdicts, strict=True):
        if verdict.outcome is Outcome.ACCEPT:
            accepted.setdefault(case.patient, []).append(case.facts)
    people = {name: groups_of(facts) for name, facts in accepted.items()}
    aside, quotas = draw(people, recipe.quotas, seed=recipe.seed)
    flowing = [
        FlowCase(
            patient=case.patient,
            study=case.facts.study or case.case,
            series=case.case,
            outcome=verdict.outcome,
            reasons=tuple(reason.key for reason in verdict.reasons),
            over_quota=case.patient in aside,
        )
        for case, verdict in zip(cases, verdicts, strict=True)
    ]
    judged = [
        Judged(case.case, case.patient, case.facts, verdict.reasons)
        for case, verdict in zip(cases, verdicts, strict=True)
    ]
    rules = removals(judged, [rule.metric for rule in recipe.rules])
    return DryRun(
        recipe={"name": recipe.name, "version": recipe.version, "sha256": recipe.sha256},
        flow=tuple(count_flow(flowing)),
        rules=tuple(rules),
        warnings=tuple(warnings_of([(row.rule, row.groups) for row in rules])),
        balance=tuple(_balance(cases, {f.patient for f in flowing if f.state == "selected"})),
        quotas=tuple(quotas),
        not_measured=_count(name for case in cases for name in unmeasured(case, recipe)),
        other_version=_count(name for case in cases for name in _older(case)),
        records=records,
        states={one.series: one.state for one in flowing},
        reasons={one.series: one.reasons for one in flowing},
    )


def _balance(cases: Sequence[StoredCase], selected: set[str]) -> list[Balance]:
    people: dict[str, list[CaseFacts]] = {}
    for case in cases:
        people.setdefault(case.patient, []).append(case.facts)
    before = {name: groups_of(facts) for name, facts in people.items()}
    ages = {n: f[0].age for n, f in people.items() if f[0].age is not None}
    return balance(
        list(before.values()),
        [groups for name, groups in before.items() if name in selected],
        ages=(list(ages.values()), [age for name, age in ages.items() if name in selected]),
    )


def _older(case: StoredCase) -> list[str]:
    now = {metric.name: metric.version for metric in METRICS}
    return [name for name, version in case.versions.items() if now.get(name) != version]


def _count(names: Any) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))
