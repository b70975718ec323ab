"""Arguments of jobs and fields of events as JSON, and back by their annotations."""

import types
import typing
from datetime import date
from typing import Any
from uuid import UUID


def plain(value: object) -> Any:
    """Return JSON: UUIDs as text, dates in ISO form."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | None) else str(value)


def restore(kind: Any, value: Any) -> Any:
    """Return the JSON value as the annotated type: UUID, date, StrEnum, lists and options."""
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        if value is None:
            return None
        kind = next(k for k in typing.get_args(kind) if k is not types.NoneType)
    if typing.get_origin(kind) in {list, tuple}:
        items = [restore(typing.get_args(kind)[0], item) for item in value]
        return items if typing.get_origin(kind) is list else tuple(items)
    if kind is UUID:
        return UUID(value)
    if isinstance(kind, type) and issubclass(kind, date):
        return kind.fromisoformat(value)
    if isinstance(kind, type) and issubclass(kind, str):
        return kind(value)
    return value


def restore_call(function: Any, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call as the function annotates them."""
    hints = typing.get_type_hints(function)
    return {name: restore(hints.get(name), value) for name, value in arguments.items()}
