"""The JSON Schema of a plan, made from the steps that are installed."""

from typing import Any

from renkei.imaging.stack import MENDABLE
from renkei.preprocess.plan import SCHEMA
from renkei.preprocess.step import LONGEST_NAME, MOST_NUMBERS, Param, Step, Takes
from renkei.preprocess.steps import STEPS

TEXT = {"type": "string", "minLength": 1}
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12); what names refer to is checked when a plan is read."""
    return {
        "$schema": DIALECT,
        "title": "Plan",
        "type": "object",
        "additionalProperties": False,
        "required": ["schema", "name", "version", "inputs", "step", "results"],
        "properties": {
            "schema": {"const": SCHEMA},
            "name": TEXT,
            "version": TEXT,
            "description": {"type": "string"},
            "inputs": {"type": "object", "minProperties": 1, "additionalProperties": _input()},
            "step": {
                "type": "array",
                "items": {"oneOf": [{"$ref": f"#/$defs/{step.name}"} for step in _steps()]},
            },
            "results": {"type": "array", "minItems": 1, "items": TEXT},
        },
        "$defs": {step.name: _step(step) for step in _steps()},
    }


def _steps() -> list[Step]:
    return sorted(STEPS, key=lambda one: one.name)


def _input() -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["modality"],
        "properties": {
            "modality": TEXT,
            "series": {"type": "boolean", "description": "All scans of a time series."},
            "accept": {
                "type": "array",
                "description": "Oddities of a series that the first step on it repairs.",
                "items": {"enum": sorted(MENDABLE)},
            },
        },
    }


def _step(step: Step) -> dict[str, Any]:
    names = [TEXT, {"type": "array", "minItems": 1, "items": TEXT}]
    properties = {
        "name": {"const": step.name},
        "version": {"const": step.version},
        "input": {"oneOf": names} if step.takes is Takes.SERIES else TEXT,
        "output": TEXT,
        "params": {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: _param(one) for name, one in step.params.items()},
        },
    }
    required = ["name", "input", "output"]
    if step.takes is Takes.PAIR:
        properties["to"] = TEXT
        required.append("to")
    return {
        "type": "object",
        "description": f"Works on a {step.on}; takes {step.takes}.",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }


def _param(param: Param) -> dict[str, Any]:
    one = _value(param)
    many = param.count != 1
    default = list(param.default) if isinstance(param.default, tuple | list) else param.default
    found: dict[str, Any] = {**one, "default": default}
    if many:
        least, most = (param.count, param.count) if param.count else (0, MOST_NUMBERS)
        found = {"type": "array", "items": one, "minItems": least, "maxItems": most}
        found["default"] = default
    if param.unit:
        found["description"] = f"Unit: {param.unit}."
    return found


def _value(param: Param) -> dict[str, Any]:
    if param.kind == "flag":
        return {"type": "boolean"}
    if param.kind == "text":
        if param.choices:
            return {"enum": list(param.choices)}
        return {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}
    limits = {"minimum": param.low, "maximum": param.high}
    return {"type": "number", **{k: v for k, v in limits.items() if v is not None}}
