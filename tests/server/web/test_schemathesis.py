"""The API keeps its word: what it takes, refuses and answers is what its document says.

Cases are made from the document, valid and invalid ones, and sent as each role with the ids of
rows that are really there. Each request is rolled back, so that none changes what the next finds.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.core.parameters import ParameterLocation
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.server.web.conftest import API, Client, World

from renkei.http import App

# How many valid cases of an operation: the whole has to end within a minute and a half on one core.
VALID = 3
INVALID = 422
DONE = {200, 201, 202, 204, "stream"}
FIXED = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
load_all_checks()
CHECKED = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
    ]
)
# Parts of an address that are places in something, not ids of rows.
PLACES = {"n": "1", "number": "0", "first": "0", "level": "0", "column": "0", "row": "0"}
PLACES |= {"frame": "1", "frames": "1", "name": "abdomen-ct"}
# Names in bodies and addresses of an id that a list gives under another name.
SAME = {"other_id": "version_id", "readers": "user_id", "adjudicator": "user_id"}
SAME |= {"image": "attempt_id", "label": "attempt_id", "lease": "lease"}
SAME |= {"tool": "tool", "assist": "assist", "key": "term", "group": "group"}
SAME |= {"series": "series_id", "slides": "slide_id", "sites": "site_id"}
STREAM = f"{API}/events"
# Long enough to be past the database on a busy machine: cut off in a query, its connection is lost.
SECONDS = 2.0

Ids = Mapping[str, Sequence[str]]


def cases_of(operation: APIOperation, mode: GenerationMode, few: int) -> list[Case]:
    """Return the same few cases on every run; none where nothing can be wrong or right."""
    found: list[Case] = []

    @settings(FIXED, max_examples=few)
    @given(operation.as_strategy(generation_mode=mode))
    def take(case: Case) -> None:
        found.append(case)

    try:
        take()
    except Unsatisfiable:
        return []
    return found


async def ids_for(role: str, world: World, paths: Mapping[str, Any]) -> Ids:
    """Return the ids that a role finds in the API's lists, then those that the operator finds."""
    found: dict[str, list[str]] = defaultdict(list)
    named = {path[: path.find("}") + 1] for path in paths if "{" in path}
    for path in sorted(named):
        parent, _, last = path.rpartition("/")
        if "get" not in paths.get(parent, {}):
            continue
        for client in (world.people[role], world.people["operator"]):
            answer = await client.get(parent)
            body = answer.json() if answer.is_success else []
            rows = body.get("items", []) if isinstance(body, dict) else body
            for name in (last[1:-1], path):
                found[name] += [row["id"] for row in rows if "id" in row]
    return found | {name: [value] for name, value in (PLACES | world.ids[role]).items()}


def grounded(case: Case, ids: Ids, turn: int) -> Case:
    """Put real ids in the place of made-up ones, so that more than a 404 is tried."""
    sent = case.derive()
    parts = case.meta.components if case.meta else {}
    addressed = parts.get(ParameterLocation.PATH)
    if addressed is not None and addressed.mode is GenerationMode.POSITIVE:
        for name in sent.path_parameters:
            upto = f"{case.path.partition('{' + name + '}')[0]}{{{name}}}"
            known = ids.get(upto) or ids.get(name) or ids.get(SAME.get(name, name)) or ()
            if known:
                sent.path_parameters[name] = known[turn % len(known)]
    asked = parts.get(ParameterLocation.QUERY)
    if asked is not None and asked.mode is GenerationMode.POSITIVE:
        for name in sent.query:
            if name in SAME and (known := ids.get(SAME[name])):
                sent.query[name] = known[turn % len(known)]
    if ParameterLocation.BODY in parts and parts[ParameterLocation.BODY].mode.is_positive:
        sent.body = real(sent.body, ids, turn)
    return sent


def real(body: Any, ids: Ids, turn: int) -> Any:
    """Return a body whose ids are those of rows."""
    if not isinstance(body, dict):
        return body
    found = {}
    for name, value in body.items():
        known = ids.get(SAME.get(name, name.removesuffix("s"))) or ()
        if not known or (not name.removesuffix("s").endswith("_id") and name not in SAME):
            found[name] = real(value, ids, turn)
        elif isinstance(value, list):
            found[name] = [known[turn % len(known)]] if value else value
        else:
            found[name] = known[turn % len(known)] if isinstance(value, str) else value
    return found


async def answered(client: Client, case: Case) -> httpx2.Response | None:
    """Send exactly what the case says; None where the answer is a stream without an end."""
    ready = requests.Request(**case.as_transport_kwargs(base_url="http://test")).prepare()
    headers = [(k, v) for k, v in ready.headers.items() if k.lower() != "authorization"]
    asked = client.build_request(ready.method, ready.url, headers=headers, content=ready.body)
    try:
        async with asyncio.timeout(SECONDS if case.path == STREAM else None):
            return await client.send(asked)
    except TimeoutError:
        return None


def broken(case: Case, answer: httpx2.Response) -> list[str]:
    """Return what the answer has that the document has not, without a word of what was sent."""
    try:
        case.validate_response(answer, checks=CHECKED)
    except FailureGroup as group:
        return [f"{answer.status_code} {failure.title}" for failure in group.exceptions]
    return []


async def test_every_operation_keeps_to_the_document_for_every_role(
    app: App, world: World, read: None, sold: None, governed: None, connection: AsyncConnection
) -> None:
    schema = schemathesis.openapi.from_dict(app.openapi())
    paths = schema.raw_schema["paths"]
    ids = {role: await ids_for(role, world, paths) for role in world.people}
    wrong: list[str] = []
    statuses: dict[str, Counter[int | str]] = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        seen = statuses.setdefault(operation.label, Counter())
        valid = 1 if operation.path == STREAM else VALID
        cases = cases_of(operation, GenerationMode.POSITIVE, valid)
        cases += cases_of(operation, GenerationMode.NEGATIVE, 1)
        invalid: set[str] = set()
        for role, client in world.people.items():
            for turn, case in enumerate(cases):
                # What is invalid for one role is so for all; once is enough.
                if case.id in invalid:
                    continue
                sent = grounded(case, ids[role], turn)
                before = await connection.begin_nested()
                answer = await answered(client, sent)
                await before.rollback()
                if answer is None:
                    seen["stream"] += 1
                    continue
                seen[answer.status_code] += 1
                wrong += [f"{operation.label} as {role}: {why}" for why in broken(sent, answer)]
                if answer.status_code == INVALID:
                    invalid.add(case.id)
                if b"Your role may not do this." in answer.content:
                    break
    assert sorted(set(wrong)) == []
    operations = {f"{method.upper()} {path}" for path, of in paths.items() for method in of}
    assert {label for label, seen in statuses.items() if seen} == operations
    # Most are really done, not only looked for in vain.
    vain = {label: dict(seen) for label, seen in statuses.items() if not DONE & seen.keys()}
    assert len(vain) < len(operations) * 0.3, vain
