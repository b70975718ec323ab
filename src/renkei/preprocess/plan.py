"""A plan: which steps run on which scan, in order, as TOML with a hash.

Every step names its input and a new name for its output, so that nothing is ever overwritten.
"""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from renkei.errors import DataRefusedError, NotFoundError, RenkeiError
from renkei.imaging.stack import MENDABLE, StackCode
from renkei.plugins import by_name
from renkei.preprocess.held import Kind, kind_of
from renkei.preprocess.step import Step, Takes
from renkei.preprocess.steps import STEPS
from renkei.proof import canonical, digest

SCHEMA = "renkei.plan/1"


class BadPlanError(DataRefusedError):
    """The plan is not one that this version can run."""


class NoSuchPlanError(NotFoundError):
    """No plan of that name comes with Renkei."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One line of a plan; `to` names the scan that a pair step aligns to."""

    step: Step
    params: Mapping[str, Any]
    inputs: tuple[str, ...]
    output: str
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Inputs by role with their modality, steps in order, and the names that are the result.

    The first result is the case's image, whose labels go with it. A role in `many` stands for
    all scans of a time series, oldest first; a step then runs on each, or on all at once.
    `accept` names by role the oddities of a series that the plan's first step on it repairs.
    """

    name: str
    version: str
    sha256: str
    text: str
    inputs: Mapping[str, str]
    many: frozenset[str]
    steps: tuple[PlannedStep, ...]
    results: tuple[str, ...]
    accept: Mapping[str, tuple[StackCode, ...]] = field(default_factory=dict)

    @property
    def roles(self) -> tuple[str, ...]:
        """Return the names of the inputs, in the order of the plan."""
        return tuple(self.inputs)


def parse_plan(text: str) -> Plan:
    """Read a plan from TOML; unknown keys and parameters are refused.

    Raises:
        BadPlanError: A key is missing or unknown, or a name is used before it exists or twice.
        BadParameterError: A step does not take that value.
    """
    try:
        said = tomllib.loads(text)
        if said.get("schema") != SCHEMA:
            raise BadPlanError(f"A plan starts with schema = {SCHEMA!r}.")
        _only(said, {"schema", "name", "version", "description", "inputs", "step", "results"})
        for one in said["inputs"].values():
            _only(one, {"modality", "series", "accept"})
        inputs = {str(role): str(one["modality"]) for role, one in said["inputs"].items()}
        plan = Plan(
            name=str(said["name"]),
            version=str(said["version"]),
            sha256=digest(canonical(said)),
            text=text,
            inputs=inputs,
            many=frozenset(r for r, one in said["inputs"].items() if one.get("series") is True),
            steps=tuple(_numbered(n, step) for n, step in enumerate(said["step"])),
            results=tuple(str(name) for name in said["results"]),
            accept={role: _accepted(one) for role, one in said["inputs"].items()},
        )
    except tomllib.TOMLDecodeError as error:
        raise BadPlanError(f"The plan is not TOML: {error}.") from error
    except KeyError as error:
        raise BadPlanError(f"The plan lacks {error.args[0]!r}.") from error
    except (TypeError, AttributeError) as error:
        raise BadPlanError("The plan holds a value of the wrong type.") from error
    _check_names(plan)
    return plan


def load_plan(name: str | Path) -> Plan:
    """Read a plan file, or one that comes with Renkei by its name.

    Raises:
        NoSuchPlanError: There is neither.
        BadPlanError: It cannot be read.
    """
    path = Path(name)
    if path.is_file():
        return parse_plan(path.read_text(encoding="utf-8"))
    if str(name) not in builtin_plans():
        raise NoSuchPlanError(
            f"No plan file or built-in of that name; there are: {', '.join(builtin_plans())}."
        )
    folder = resources.files("renkei.preprocess") / "plans"
    return parse_plan((folder / f"{name}.toml").read_text(encoding="utf-8"))


def builtin_plans() -> list[str]:
    """Return the names of the plans that come with Renkei."""
    folder = resources.files("renkei.preprocess") / "plans"
    return sorted(p.name.removesuffix(".toml") for p in folder.iterdir() if ".toml" in p.name)


def _step(said: Mapping[str, Any]) -> PlannedStep:
    _only(said, {"name", "version", "params", "input", "output", "to"})
    step = by_name(STEPS, str(said["name"]))
    if str(said.get("version", step.version)) != step.version:
        raise BadPlanError(f"The step {step.name} is here in version {step.version} only.")
    if (step.takes is Takes.PAIR) != ("to" in said):
        wants = "needs" if step.takes is Takes.PAIR else "takes no"
        raise BadPlanError(f"The step {step.name} {wants} 'to'.")
    given = said["input"]
    if isinstance(given, list) and step.takes is not Takes.SERIES:
        raise BadPlanError(f"The step {step.name} takes one input.")
    return PlannedStep(
        step=step,
        params=step.settle(said.get("params", {})),
        inputs=tuple(map(str, given)) if isinstance(given, list) else (str(given),),
        output=str(said["output"]),
        to=str(said["to"]) if "to" in said else None,
    )


def _check_names(plan: Plan) -> None:
    kinds = {role: kind_of(modality) for role, modality in plan.inputs.items()}
    moved = dict.fromkeys(plan.inputs, False)
    for n, planned in enumerate(plan.steps):
        with _at_step(n):
            _check_step(planned, kinds, moved)
            _check_mended(plan, planned)
    if not plan.results or not set(plan.results) <= set(kinds) - set(plan.inputs):
        raise BadPlanError("The results must be outputs of the plan's steps.")


def _check_step(planned: PlannedStep, kinds: dict[str, Kind], moved: dict[str, bool]) -> None:
    step = planned.step
    for name in (*planned.inputs, *([planned.to] if planned.to else [])):
        if name not in kinds:
            raise BadPlanError(f"No step before makes {name!r}.")
        if kinds[name] is not step.on:
            raise BadPlanError(f"The step {step.name} works on a {step.on}; {name!r} is none.")
    if planned.output in kinds:
        raise BadPlanError(f"The name {planned.output!r} is taken; outputs need a new one.")
    before = any(moved[name] for name in planned.inputs)
    if before and step.interpolates:
        raise BadPlanError(
            f"{planned.inputs[0]!r} is interpolated already, and each time detail is lost: "
            f"let one step lay it on the last grid."
        )
    kinds[planned.output], moved[planned.output] = step.on, before or step.interpolates


def _accepted(said: Mapping[str, Any]) -> tuple[StackCode, ...]:
    given = said.get("accept", [])
    if not isinstance(given, list) or not set(given) <= MENDABLE:
        raise BadPlanError(f"An input may accept {', '.join(sorted(MENDABLE))}.")
    return tuple(StackCode(code) for code in given)


def _check_mended(plan: Plan, planned: PlannedStep) -> None:
    for name in (*planned.inputs, *([planned.to] if planned.to else [])):
        if left := set(plan.accept.get(name, ())) - planned.step.mends:
            raise BadPlanError(
                f"{name!r} accepts {min(left)}, which the step {planned.step.name} does not "
                f"repair: untilt or even comes first."
            )


def _numbered(n: int, said: Mapping[str, Any]) -> PlannedStep:
    with _at_step(n):
        return _step(said)


@contextmanager
def _at_step(n: int) -> Iterator[None]:
    """Note in a refusal which step it is about, so that a person finds the line."""
    try:
        yield
    except RenkeiError as refusal:
        refusal.facts["step"] = n
        raise
    except KeyError as error:
        raise BadPlanError(f"The plan lacks {error.args[0]!r}.", step=n) from error


def _only(said: Mapping[str, Any], known: set[str]) -> None:
    if unknown := set(said) - known:
        raise BadPlanError(f"The plan holds an unknown key: {min(unknown)!r}.")
