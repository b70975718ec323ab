"""The flow of cases through selection, as a CONSORT diagram counts it: boxes that sum."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from renkei.select.reasons import Outcome

UNITS = ("patients", "studies", "series")
STATES = {Outcome.ACCEPT: "selected", Outcome.REVIEW: "review", Outcome.EXCLUDE: "excluded"}
RANKED = ("selected", "review", "over_quota", "excluded")


@dataclass(frozen=True, slots=True)
class FlowCase:
    """One judged case; `reasons` in the order they were found.

    `over_quota` sets an accepted case aside: it is neither selected nor excluded.
    """

    patient: str
    study: str
    series: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    over_quota: bool = False

    @property
    def state(self) -> str:
        """Return where the case stands: selected, review, over_quota or excluded."""
        if self.over_quota and self.outcome is Outcome.ACCEPT:
            return "over_quota"
        return STATES[self.outcome]


@dataclass(frozen=True, slots=True)
class Box:
    """Counts of one unit; assessed = selected + review + over_quota + excluded, always."""

    unit: str
    assessed: int
    selected: int
    review: int
    over_quota: int
    excluded: int
    first_reason: dict[str, int]
    all_reasons: dict[str, int]


def count_flow(cases: Sequence[FlowCase]) -> list[Box]:
    """Count patients, studies and series.

    A patient or study is selected when one of its series is, else under review when one is, else
    over quota when one is, else excluded. `first_reason` counts each excluded unit once,
    `all_reasons` every reason it has.
    """
    return [_box(unit, cases) for unit in UNITS]


def _box(unit: str, cases: Sequence[FlowCase]) -> Box:
    groups: dict[str, list[FlowCase]] = {}
    for case in sorted(cases, key=lambda case: case.series):
        key = {"patients": case.patient, "studies": case.study, "series": case.series}[unit]
        groups.setdefault(key, []).append(case)
    states: Counter[str] = Counter()
    first: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for group in groups.values():
        held = {case.state for case in group}
        state = next(one for one in RANKED if one in held)
        states[state] += 1
        if state == "excluded":
            reasons = [reason for case in group for reason in case.reasons] or ["by_a_person"]
            first[reasons[0]] += 1
            every.update(set(reasons))
    return Box(
        unit=unit,
        assessed=len(groups),
        selected=states["selected"],
        review=states["review"],
        over_quota=states["over_quota"],
        excluded=states["excluded"],
        first_reason=dict(sorted(first.items())),
        all_reasons=dict(sorted(every.items())),
    )


def flow_chart(boxes: Sequence[Box]) -> dict[str, Any]:
    """Return a Vega-Lite specification: one stacked bar per unit."""
    rows = [
        {"unit": box.unit, "outcome": name, "count": count, "order": i}
        for box in boxes
        for i, (name, count) in enumerate(
            [
                ("selected", box.selected),
                ("review", box.review),
                *([("over_quota", box.over_quota)] if box.over_quota else []),
                *((f"excluded: {reason}", n) for reason, n in box.first_reason.items()),
            ]
        )
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": rows},
        "mark": {"type": "bar", "tooltip": True},
        "encoding": {
            "y": {"field": "unit", "type": "nominal", "sort": list(UNITS), "title": None},
            "x": {"field": "count", "type": "quantitative", "stack": "zero", "title": "n"},
            "color": {"field": "outcome", "type": "nominal", "sort": None, "title": None},
            "order": {"field": "order", "type": "quantitative"},
        },
    }
