"""What each rule of a recipe takes out, alone and in order, and from whom.

The unit is a patient in one modality: a patient's CT series count once, so that many series of one
person are not many people, and a rule for CT is not diluted by the same patient's slides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from renkei.select.bias import Group, share_of
from renkei.select.facts import CaseFacts
from renkei.select.groups import AXES, groups_of
from renkei.select.reasons import Outcome, Reason
from renkei.select.stored import applies
from renkei.select.verdict import outcome_of

FAMILIES = {
    "fault": "unreadable",
    "modality_not_wanted": "modality",
    "body_part_not_wanted": "body_part",
    "body_part_unknown": "body_part",
    "age_below_limit": "age",
    "age_above_limit": "age",
    "age_unknown": "age",
    "sex_not_wanted": "sex",
    "sex_unknown": "sex",
    "finding_unwanted": "unwanted",
    "finding_uncertain": "unwanted",
    "finding_missing": "wanted",
    "finding_in_doubt": "wanted",
    "duplicate_pixels": "duplicates",
    "near_duplicate": "duplicates",
}
ALL = "all"


@dataclass(frozen=True, slots=True)
class Judged:
    """A case as a recipe judges it now, with why."""

    case: str
    patient: str
    facts: CaseFacts
    reasons: tuple[Reason, ...]

    @property
    def unit(self) -> tuple[str, str]:
        """Return the patient in this modality."""
        return self.patient, self.facts.modality


@dataclass(frozen=True, slots=True)
class Removal:
    """What one rule does; `all` is every rule together.

    `alone`: with no other rule. `in_order`: of those that no rule before it excluded; these add up
    to all that are excluded. `held` are excluded or wait for a person.
    """

    rule: str
    assessed: int
    excluded_alone: int
    held_alone: int
    excluded_in_order: int
    series_alone: int
    series_in_order: int
    groups: tuple[Group, ...]


def rule_of(reason: Reason) -> str:
    """Return the rule that a reason comes from: a metric, or a line of the inclusion."""
    return reason.metric or FAMILIES.get(reason.code, reason.code)


def rules_in_order(cases: Sequence[Judged], metrics: Sequence[str]) -> list[str]:
    """Return the rules that said something, and the recipe's metrics even if they did not.

    Inclusion stands first, then the metrics as the recipe lists them, then any other.
    """
    said = {rule_of(reason) for case in cases for reason in case.reasons}
    first = [name for name in dict.fromkeys(FAMILIES.values()) if name in said]
    named = [*first, *metrics]
    return [*named, *sorted(said - set(named))]


def removals(cases: Sequence[Judged], metrics: Sequence[str]) -> list[Removal]:
    """Count what each rule takes out; the last row is all of them together."""
    order = rules_in_order(cases, metrics)
    leaves = [_leaves(case, order) for case in cases]
    rows = []
    for i, rule in enumerate(order):
        concerned = [
            n for n, case in enumerate(cases)
            if rule not in metrics or applies(rule, case.facts.modality)
        ]  # fmt: skip
        alone = {
            n: outcome_of([r for r in cases[n].reasons if rule_of(r) == rule]) for n in concerned
        }
        rows.append(_row(rule, cases, alone, leaves, i))
    together = {n: outcome_of(case.reasons) for n, case in enumerate(cases)}
    return [*rows, _row(ALL, cases, together, leaves, None)]


def _leaves(case: Judged, order: Sequence[str]) -> int | None:
    """Return the rule at which a case leaves, when rules are applied in order."""
    so_far: list[Reason] = []
    for i, rule in enumerate(order):
        so_far += [reason for reason in case.reasons if rule_of(reason) == rule]
        if outcome_of(so_far) is Outcome.EXCLUDE:
            return i
    return None


def _row(
    rule: str,
    cases: Sequence[Judged],
    alone: Mapping[int, Outcome],
    leaves: Sequence[int | None],
    position: int | None,
) -> Removal:
    units: dict[tuple[str, str], list[int]] = {}
    for n in alone:
        units.setdefault(cases[n].unit, []).append(n)
    excluded = {u for u, own in units.items() if all(alone[n] is Outcome.EXCLUDE for n in own)}
    held = {u for u, own in units.items() if all(alone[n] is not Outcome.ACCEPT for n in own)}
    gone = [n for n, at in enumerate(leaves) if at is not None and position in {at, None}]
    return Removal(
        rule=rule,
        assessed=len(units),
        excluded_alone=len(excluded),
        held_alone=len(held),
        excluded_in_order=sum(at == position or position is None for at in _last(cases, leaves)),
        series_alone=sum(outcome is Outcome.EXCLUDE for outcome in alone.values()),
        series_in_order=len(gone),
        groups=tuple(_groups(cases, units, excluded, held)),
    )


def _last(cases: Sequence[Judged], leaves: Sequence[int | None]) -> list[int]:
    """Return, for each unit of which no case is left, the rule at which its last one leaves."""
    units: dict[tuple[str, str], list[int | None]] = {}
    for case, at in zip(cases, leaves, strict=True):
        units.setdefault(case.unit, []).append(at)
    known = ([at for at in own if at is not None] for own in units.values() if None not in own)
    return [max(own) for own in known]


def _groups(
    cases: Sequence[Judged],
    units: Mapping[tuple[str, str], Sequence[int]],
    excluded: set[tuple[str, str]],
    held: set[tuple[str, str]],
) -> list[Group]:
    members: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for unit, own in units.items():
        for pair in groups_of([cases[n].facts for n in own]).items():
            members.setdefault(pair, []).append(unit)
    return [
        Group(
            axis,
            value,
            excluded=share_of(sum(u in excluded for u in own), len(own)),
            held=share_of(sum(u in held for u in own), len(own)),
        )
        for axis in AXES
        for (at, value), own in sorted(members.items())
        if at == axis
    ]
