"""A plan while a person writes it: what steps take, what the text holds, and what is wrong."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from renkei.errors import RenkeiError
from renkei.preprocess.plan import parse_plan
from renkei.preprocess.step import Param, Step
from renkei.preprocess.steps import STEPS

STEP_LINE = re.compile(r"^\s*\[\[\s*step\s*\]\]")
TOML_LINE = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a plan, and in which line of its text, where that is known."""

    code: str
    sentence: str
    line: int | None


def describe_steps() -> list[dict[str, Any]]:
    """Return what a page needs to offer every step, by name."""
    return [_described(step) for step in sorted(STEPS, key=lambda one: one.name)]


def find_wrong(text: str) -> Wrong | None:
    """Return the first thing that is wrong with a plan; None where it can be run."""
    try:
        parse_plan(text)
    except RenkeiError as refusal:
        return Wrong(refusal.code, refusal.sentence, _line(text, refusal))
    return None


def read_draft(text: str) -> dict[str, Any] | None:
    """Return the parts of a plan for a form, wrong values and all; None where it has no parts."""
    try:
        said = tomllib.loads(text)
        return {
            "name": str(said.get("name", "")),
            "version": str(said.get("version", "")),
            "description": str(said.get("description", "")),
            "inputs": [
                {
                    "role": role,
                    "modality": str(one.get("modality", "")),
                    "series": one.get("series") is True,
                }
                for role, one in said.get("inputs", {}).items()
            ],
            "steps": [_drafted(one) for one in said.get("step", [])],
            "results": [str(name) for name in said.get("results", [])],
        }
    except (tomllib.TOMLDecodeError, AttributeError, TypeError):
        return None


def _drafted(step: Mapping[str, Any]) -> dict[str, Any]:
    given = step.get("input", [])
    params: Mapping[str, Any] = step.get("params", {})
    return {
        "name": str(step.get("name", "")),
        "input": [str(one) for one in given] if isinstance(given, list) else [str(given)],
        "to": str(step["to"]) if "to" in step else None,
        "output": str(step.get("output", "")),
        "params": {str(name): value for name, value in params.items() if _fits(value)},
    }


def _fits(value: Any) -> bool:
    """Tell whether a form can hold the value."""
    if isinstance(value, list):
        return all(isinstance(one, int | float) for one in value)
    return isinstance(value, str | bool | int | float)


def _line(text: str, refusal: RenkeiError) -> int | None:
    if found := TOML_LINE.search(refusal.sentence):
        return int(found[1])
    number = refusal.facts.get("step")
    lines = [n for n, line in enumerate(text.splitlines(), 1) if STEP_LINE.match(line)]
    return lines[number] if isinstance(number, int) and number < len(lines) else None


def _described(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "version": step.version,
        "takes": str(step.takes),
        "on": str(step.on),
        "interpolates": step.interpolates,
        "fits": step.fit is not None,
        "params": [_param(name, param) for name, param in step.params.items()],
    }


def _param(name: str, param: Param) -> dict[str, Any]:
    many = isinstance(param.default, tuple | list)
    return {
        "name": name,
        "kind": param.kind,
        "default": list(param.default) if many else param.default,
        "low": param.low,
        "high": param.high,
        "choices": list(param.choices),
        "count": param.count,
        "unit": param.unit,
    }
