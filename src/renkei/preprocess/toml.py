"""Write a plan as TOML: tables of values, and the steps in order."""

import json
from collections.abc import Iterator, Mapping
from typing import Any


def write_toml(said: Mapping[str, Any]) -> str:
    """Return a plan's text; reading it gives the same values in the same order."""
    return "\n".join(_lines(said)) + "\n"


def _lines(said: Mapping[str, Any]) -> Iterator[str]:
    yield from _values({k: v for k, v in said.items() if k not in {"inputs", "step"}})
    for role, one in said["inputs"].items():
        yield from ["", f"[inputs.{_key(role)}]", *_values(one)]
    for step in said["step"]:
        plain = {k: v for k, v in step.items() if k != "params"}
        yield from ["", "[[step]]", *_values(plain)]
        if params := step.get("params"):
            yield from ["[step.params]", *_values(params)]


def _values(said: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"{_key(name)} = {_value(value)}" for name, value in said.items())


def _key(name: str) -> str:
    bare = name.replace("_", "").replace("-", "")
    return name if bare.isascii() and bare.isalnum() else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)


def _text(value: str) -> str:
    # A basic string of TOML escapes as JSON does, but for the one control character DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
