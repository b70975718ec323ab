"""Refusals as problem+json (RFC 9457), with a trace id and never with what was sent."""

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from renkei.errors import RenkeiError
from renkei.log import get_logger
from renkei.server import telemetry

log = get_logger(__name__)
MEDIA_TYPE = "application/problem+json"
_SENTENCES = {
    400: ("bad_request", "The request is malformed."),
    401: ("unauthenticated", "Sign in first."),
    403: ("forbidden", "You may not do this."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    413: ("too_large", "The request is larger than this address takes."),
    415: ("unsupported_media_type", "This address does not take that kind of data."),
}
# Limits of a field that help to mend the request; everything else in `ctx` may quote it.
_LIMITS = ("ge", "gt", "le", "lt", "min_length", "max_length", "multiple_of", "expected")


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    pointer: str
    code: str
    limits: dict[str, Any] = {}


class Problem(BaseModel):
    """A refusal: `title` is a code for programs and translation, `detail` a sentence."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    trace_id: str | None = None
    errors: list[FieldProblem] = []
    facts: dict[str, Any] = {}


def install(app: FastAPI) -> None:
    """Make every refusal of the app a problem."""
    app.add_exception_handler(RenkeiError, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DataError, _unstorable)
    app.add_exception_handler(Exception, _broken)


def answer(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return the problem under the request's trace id."""
    problem.trace_id = telemetry.trace_id()
    body = problem.model_dump(mode="json", exclude_defaults=False)
    return JSONResponse(body, problem.status, media_type=MEDIA_TYPE, headers=headers)


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RenkeiError):
        raise TypeError
    if error.status >= 500:
        log.warning("refused", code=error.code, status=error.status, trace_id=telemetry.trace_id())
    facts = {k: v if isinstance(v, int | float) else str(v) for k, v in error.facts.items()}
    return answer(
        Problem(title=error.code, status=error.status, detail=error.sentence, facts=facts)
    )


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise TypeError
    names = _declared_names(request.app)
    return answer(
        Problem(
            title="invalid_request",
            status=422,
            detail="Some fields cannot be taken; `errors` names them.",
            errors=[_field(item, names) for item in error.errors()],
        )
    )


def _field(item: dict[str, Any], names: frozenset[str]) -> FieldProblem:
    limits = {k: item["ctx"][k] for k in _LIMITS if k in item.get("ctx", {})}
    pointer = _pointer(item["loc"], names)
    return FieldProblem(pointer=pointer, code=item["type"], limits=limits)


def _pointer(location: Sequence[str | int], names: frozenset[str]) -> str:
    # A name that the API did not declare came from the sender: it may be a patient's.
    parts = [str(p) if isinstance(p, int) or p in names else "*" for p in location]
    return "/" + "/".join(parts)


def _declared_names(app: FastAPI) -> frozenset[str]:
    known: frozenset[str] | None = getattr(app.state, "declared_names", None)
    if known is None:
        found = {"body", "query", "path", "header", "cookie"}
        document = app.openapi()
        for schema in document.get("components", {}).get("schemas", {}).values():
            found |= set(schema.get("properties", {}))
        for operations in document["paths"].values():
            for operation in operations.values():
                found |= {p["name"] for p in operation.get("parameters", ())}
        known = app.state.declared_names = frozenset(found)
    return known


async def _http(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise TypeError
    return plain(error.status_code, dict(error.headers or {}))


def plain(status: int, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return the problem of a status that no verb of ours gave."""
    code, sentence = _SENTENCES.get(status, ("refused", "The request is refused."))
    return answer(Problem(title=code, status=status, detail=sentence), headers)


async def _unstorable(_request: Request, _error: Exception) -> JSONResponse:
    """Answer for what fits its schema and no column: U+0000 in a text, a number too large."""
    sentence = "A text or number cannot be stored; take out control characters."
    return answer(Problem(title="invalid_request", status=422, detail=sentence))


async def _broken(_request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected", error=type(error).__name__, trace_id=telemetry.trace_id())
    sentence = "Something broke here; name the trace id when you report it."
    return answer(Problem(title="unexpected", status=500, detail=sentence))
