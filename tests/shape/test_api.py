"""The API's document: names are unique, what is asked is described, what is sent is bounded."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.shape.source import ROOT

from renkei.http import App
from renkei.server.web.document import digest

# The tus library declares these itself; the protocol's own limits hold (tests/collect).
UPLOADS = "/api/v1/collect/uploads"


@pytest.fixture(scope="module")
def document(app: App) -> dict[str, Any]:
    return app.openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if not path.startswith(UPLOADS):
                yield f"{method.upper()} {path}", operation


def unbounded(schema: dict[str, Any], document: dict[str, Any], at: str) -> Iterator[str]:
    """Yield what a request may send without an end: texts, lists, maps and numbers."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from unbounded(document["components"]["schemas"][name], document, name)
    for part in (*schema.get("anyOf", ()), *schema.get("allOf", ()), *schema.get("oneOf", ())):
        yield from unbounded(part, document, at)
    needed = {
        "string": [{"maxLength", "enum", "const", "format", "pattern"}],
        "array": [{"maxItems"}],
        "integer": [{"minimum", "exclusiveMinimum"}, {"maximum", "exclusiveMaximum"}],
        "number": [{"minimum", "exclusiveMinimum"}, {"maximum", "exclusiveMaximum"}],
    }
    kind = schema.get("type")
    if any(not names & set(schema) for names in needed.get(kind, ())):
        yield f"{at}: {kind}"
    if kind == "array":
        yield from unbounded(schema.get("items", {}), document, f"{at}[]")
    for name, inner in schema.get("properties", {}).items():
        yield from unbounded(inner, document, f"{at}.{name}")
    values = schema.get("additionalProperties")
    if isinstance(values, dict):
        if "maxProperties" not in schema:
            yield f"{at}: map"
        yield from unbounded(values, document, f"{at}{{}}")


def test_what_is_sent_has_an_end(document):
    wrong, bodies = [], 0
    for label, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            bodies += 1
            wrong += unbounded(content.get("schema", {}), document, label)
        for parameter in operation.get("parameters", ()):
            wrong += unbounded(parameter["schema"], document, f"{label} {parameter['name']}")
    assert sorted(set(wrong)) == []
    assert bodies > 40


def test_every_operation_has_a_name_of_its_own_and_says_how_it_refuses(document):
    found = list(operations(document))
    names = [operation["operationId"] for _, operation in found]
    assert len(set(names)) == len(names) > 190
    for label, operation in found:
        refused = operation["responses"]["default"]["content"]["application/problem+json"]
        assert refused["schema"]["$ref"].endswith("/Problem"), label
        assert operation.get("description"), label


def test_every_query_parameter_is_described(document):
    bare = [
        f"{label} {parameter['name']}"
        for label, operation in operations(document)
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query" and not parameter.get("description")
    ]
    assert bare == []


def test_the_types_of_the_web_app_are_of_this_document(document):
    first = (ROOT / "web" / "src" / "api.gen.ts").read_text("utf-8").splitlines()[0]
    assert first == f"// {digest(document)}", "run ./dev docs"
