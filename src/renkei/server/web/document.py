"""The OpenAPI document: what the framework writes, and what every route has in common."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.responses import Response

from renkei.server.web.problem import MEDIA_TYPE, Problem

REFUSED = {"model": Problem, "description": "Refused"}
CSV = {"schema": {"type": "string"}}


def gives(*kinds: str, also: Sequence[int] = ()) -> dict[str, Any]:
    """Return what a route that answers with a file says of it: media types, further statuses."""
    binary = {"schema": {"type": "string", "format": "binary"}}
    content = {kind: {} if kind.endswith("+json") else binary for kind in kinds}
    answers = {status: {"content": content} for status in (200, *also)}
    return {"response_class": Response, "responses": answers}


def digest(document: dict[str, Any]) -> str:
    """Return the hash by which the web app's types know the document that they are of."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


class Api(FastAPI):
    """An app whose document also says how it refuses and that its lists come as CSV too."""

    def openapi(self) -> dict[str, Any]:
        """Return the document, made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            for operations in document["paths"].values():
                for operation in operations.values():
                    _complete(operation)
        return self.openapi_schema or {}


def operation_id(route: APIRoute) -> str:
    """Return the name of a route's operation, such as `select_list_cases`."""
    tag = str(route.tags[0]) if route.tags else "service"
    # Uploads stand under one name with and without a slash at the end.
    return f"{tag}_{route.name}" + ("_slash" if route.path.endswith("/") else "")


def _complete(operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    # The framework files a refusal under the media type of the answer that was hoped for.
    (refused,) = answers["default"]["content"].values()
    answers["default"]["content"] = {MEDIA_TYPE: refused}
    formats = [p for p in operation.get("parameters", ()) if p["name"] == "format"]
    if any("csv" in parameter["schema"].get("enum", ()) for parameter in formats):
        answers["200"]["content"]["text/csv"] = CSV
