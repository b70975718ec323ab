"""Structured log on stderr: an event name and allow-listed keys; everything else is dropped.

A log line is written by people in a hurry, so the guard is an allow-list of keys *and* of the
shape of values: a UUID, a number, a code, an address of a route. A patient's name fits none.
"""

import logging
import re
import sys
import typing
from collections.abc import Mapping, MutableMapping
from typing import Any
from uuid import UUID

import structlog

_KEYS = """
event level timestamp logger trace_id event_id job_id job run_id batch_id series_id slide_id
subject_id site_id version_id task_id attempt_id licence_id anchor_id recall_id user_id role
permission method route status code folder action count done total size seconds bytes state
reason kind port attempts error version index
"""
KEYS = frozenset(_KEYS.split())
# A code is a short lower-case word; an error is the name of a class; neither can quote a file.
_CODE = re.compile(r"[a-z][a-z0-9_.]{0,79}")
_ERROR = re.compile(r"[A-Z][A-Za-z]{1,60}(Error|Exception|Interrupt|Exit|Warning)")
_ROUTE = re.compile(r"/[a-z0-9_.{}/-]{0,119}")
_TRACE = re.compile(r"[0-9a-f]{32}")
_METHOD = re.compile(r"GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS")
_SHAPES = {"route": _ROUTE, "error": _ERROR, "method": _METHOD, "trace_id": _TRACE}
DROPPED = "dropped"


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of one module."""
    return typing.cast("structlog.stdlib.BoundLogger", structlog.get_logger(name).bind(logger=name))


def configure(level: str = "info", *, json: bool = False) -> None:
    """Send everything, other libraries' records too, through the guard to stderr."""
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            guard,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(handlers=[_Foreign()], level=logging.WARNING, force=True)


def guard(_logger: object, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Keep allow-listed keys with harmless values; count what was dropped."""
    kept = {key: value for key, value in event.items() if key in KEYS and _harmless(key, value)}
    if lost := len(event) - len(kept):
        kept[DROPPED] = lost
    return kept


def _harmless(key: str, value: object) -> bool:
    if key == "timestamp" or value is None or isinstance(value, UUID | bool | int | float):
        return True
    if not isinstance(value, str):
        return False
    return bool(_SHAPES.get(key, _CODE).fullmatch(value)) or _is_uuid(value)


def _is_uuid(value: str) -> bool:
    try:
        return str(UUID(value)) == value.lower()
    except ValueError:
        return False


class _Foreign(logging.Handler):
    """Turn another library's record into a line without its text, which may quote the input."""

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        get_logger(record.name).warning("library_message", error=kind, code=record.funcName)
