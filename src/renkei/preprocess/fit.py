"""Learn the parameters of a plan from the training part alone; they stand in a new plan."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, overload

from renkei import child
from renkei.errors import UsageError
from renkei.preprocess.batch import given_of
from renkei.preprocess.case import read_inputs
from renkei.preprocess.folder import FolderCase
from renkei.preprocess.held import Held
from renkei.preprocess.plan import Plan, parse_plan
from renkei.preprocess.run import run_step
from renkei.preprocess.toml import write_toml

SECONDS, MEMORY_MB = 3600.0, 8192


class NothingToFitError(UsageError):
    """No step of the plan learns anything."""


class Training(Sequence[Held]):
    """The scans that reach one line of a plan, made one by one: all at once may not fit."""

    def __init__(self, plan: Plan, line: int, cases: Sequence[FolderCase]) -> None:
        self._plan, self._line = plan, line
        self._places = [(case, n) for case in cases for n in range(self._count(case))]

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, at: int) -> Held: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Held]: ...
    def __getitem__(self, at: int | slice) -> Held | Sequence[Held]:
        if isinstance(at, slice):
            return [self[n] for n in range(*at.indices(len(self)))]
        case, n = self._places[at]
        held: Held = self._reach(case)[n]
        return held

    def __iter__(self) -> Iterator[Held]:
        last: FolderCase | None = None
        scans: tuple[Held, ...] = ()
        for case, n in self._places:
            if case is not last:
                last, scans = case, self._reach(case)
            yield scans[n]

    def _count(self, case: FolderCase) -> int:
        roles = _roots(self._plan, self._line)
        return sum(len(case.scans[role]) for role in roles)

    def _reach(self, case: FolderCase) -> tuple[Held, ...]:
        return child.call(
            reach, self._plan.text, self._line, case, seconds=SECONDS, memory_mb=MEMORY_MB
        )


def fit_plan(plan: Plan, cases: Sequence[FolderCase]) -> Plan:
    """Return the plan with every step's learned parameters; comments of the text are lost.

    Raises:
        NothingToFitError: No step of the plan learns anything.
        StepRefusedError: The scans do not teach a step what it needs.
    """
    if all(planned.step.fit is None for planned in plan.steps):
        raise NothingToFitError("No step of this plan learns parameters; run it as it is.")
    whole = [case for case in cases if not case.missing]
    for line in range(len(plan.steps)):
        planned = plan.steps[line]
        if planned.step.fit is not None:
            learned = planned.step.fit(Training(plan, line, whole), planned.params)
            plan = _with(plan, line, learned)
    return plan


def reach(text: str, line: int, case: FolderCase) -> tuple[Held, ...]:
    """Return the scans of a case as they reach one line of a plan.

    Raises:
        StepRefusedError: A step before it would have had to guess.
    """
    plan = parse_plan(text)
    with TemporaryDirectory() as scratch:
        known = read_inputs(plan, given_of(case, plan), Path(scratch))
        for planned in plan.steps[:line]:
            dones = run_step(planned, known)
            known[planned.output] = tuple(one for done in dones for one in done.scans)
        return tuple(one for name in plan.steps[line].inputs for one in known[name])


def _roots(plan: Plan, line: int) -> list[str]:
    """Return the roles whose scans reach a line."""
    made = {planned.output: planned.inputs for planned in plan.steps}
    names = list(plan.steps[line].inputs)
    while any(name in made for name in names):
        names = [root for name in names for root in made.get(name, (name,))]
    return names


def _with(plan: Plan, line: int, learned: Mapping[str, Any]) -> Plan:
    said = tomllib.loads(plan.text)
    params = {**plan.steps[line].params, **learned}
    said["step"][line]["params"] = plan.steps[line].step.settle(params)
    return parse_plan(write_toml(said))
