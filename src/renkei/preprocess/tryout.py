"""Try a plan on one case: what it would make and say, kept nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from renkei.errors import DataRefusedError
from renkei.preprocess.case import Given, read_held, run_case
from renkei.preprocess.plan import Plan, parse_plan
from renkei.preprocess.step import Finding
from renkei.preprocess.views import Views, view_run


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it; a refused case shows its inputs alone."""

    finding: Finding
    views: Views | None
    code: str | None = None
    sentence: str | None = None
    steps: Sequence[Mapping[str, Any]] = ()
    measures: Mapping[str, float] = field(default_factory=dict)


def try_case(plan_text: str, given: Mapping[str, Sequence[Given]], scratch: Path) -> Tried:
    """Run a plan on a case as a run would, and return how it looks and what the checks say.

    Raises:
        SeriesRefusedError: The files of a role make no volume.
    """
    try:
        produced = run_case(plan_text, given, scratch, views=True)
    except DataRefusedError as refusal:
        plan = parse_plan(plan_text)
        numbers = {k: float(v) for k, v in refusal.facts.items() if isinstance(v, int | float)}
        return Tried(
            finding=Finding.REFUSE,
            views=_inputs(plan, given, scratch),
            code=code_of(refusal),
            sentence=refusal.sentence,
            measures=numbers,
        )
    steps: Any = produced.record["steps"]
    code = next(iter(produced.codes), None)
    return Tried(produced.finding, produced.views, code, steps=steps)


def code_of(refusal: DataRefusedError) -> str:
    """Return the code that says most: the step's own, a reason of the reader's, or the kind."""
    reasons = refusal.facts.get("reasons")
    first = reasons[0] if isinstance(reasons, list) and reasons else None
    return str(refusal.facts.get("code") or first or refusal.code)


def _inputs(plan: Plan, given: Mapping[str, Sequence[Given]], scratch: Path) -> Views | None:
    held = [
        read_held(one, plan.inputs[role], scratch) for role in plan.roles for one in given[role]
    ]
    if len(plan.roles) > 1:
        return view_run(dict(zip(("fixed", "moving"), held, strict=False)))
    if len(held) == 1:
        return view_run({"before": held[0]})
    return view_run({f"time_{n + 1}": one for n, one in enumerate(held)})
