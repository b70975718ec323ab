"""The web edge: refusals that say nothing back, headers, rights, pages."""

from pathlib import Path
from typing import Annotated

import httpx2
import pytest
from fastapi import APIRouter, FastAPI, Query
from sqlalchemy import text

from renkei.errors import ConflictError, ForbiddenError
from renkei.server.actor import Actor, Permission, Role
from renkei.server.web import Db, In, create_app, needs, public, route_permissions

NAME = "Yamada Taro"
router = APIRouter(prefix="/test", tags=["test"])


class PatientIn(In):
    age: int
    sex: str
    notes: dict[str, int] | None = None


@router.post("/patients", dependencies=needs(Permission.JOBS_VIEW))
async def add(body: PatientIn, limit: Annotated[int, Query(le=5)] = 1) -> int:
    return body.age


@router.get("/refused", dependencies=public())
async def refused() -> None:
    raise ConflictError("It is so already.", count=3)


@router.get("/broken", dependencies=public())
async def broken() -> None:
    raise ValueError(NAME)


@router.post("/kept", dependencies=public())
async def keep(body: PatientIn, session: Db) -> None:
    query = text("SELECT CAST(:sex AS text), CAST(:age AS integer)")
    await session.execute(query, {"sex": body.sex, "age": body.age})


@router.get("/forgotten")
async def forgotten(session: Db) -> None:
    await session.execute(text("SELECT 1"))


@router.get("/audit", dependencies=needs(Permission.AUDIT_VIEW))
async def audit(session: Db) -> str:
    return session.info["actor"].id


def client_of(role: Role | None, dist: Path | None = None) -> httpx2.AsyncClient:
    async def sign_in(request: object, session: object) -> Actor | None:
        return None if role is None else Actor("somebody", role)

    app = create_app([("/api/v1", router)], sign_in=sign_in, dist=dist)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://test")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"age": NAME, "sex": "F"}, "/body/age", "int_parsing"),
        ({"age": 1, "sex": "F", NAME: 1}, "/body/*", "extra_forbidden"),
        ({"age": 1, "sex": "F", "notes": {NAME: NAME}}, "/body/notes/*", "int_parsing"),
        ({"age": 1}, "/body/sex", "missing"),
    ],
)
async def test_a_refusal_points_at_the_field_and_never_says_what_was_sent(
    connection, body: dict, pointer: str, code: str
) -> None:
    answer = await client_of(Role.CURATOR).post("/api/v1/test/patients", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]
    assert "Yamada" not in answer.text


async def test_broken_json_and_limits_are_named_without_the_input(connection) -> None:
    client = client_of(Role.CURATOR)
    broken_json = await client.post(
        "/api/v1/test/patients",
        content=b'{"' + NAME.encode(),
        headers={"content-type": "application/json"},
    )
    assert (broken_json.status_code, "Yamada" in broken_json.text) == (422, False)
    over = await client.post("/api/v1/test/patients?limit=9", json={"age": 1, "sex": "F"})
    assert over.json()["errors"] == [
        {"pointer": "/query/limit", "code": "less_than_equal", "limits": {"le": 5}}
    ]


@pytest.mark.parametrize("body", [{"age": 1, "sex": "F\0"}, {"age": 2**31, "sex": "F"}])
async def test_what_no_column_holds_is_refused_without_the_input(connection, body: dict) -> None:
    answer = await client_of(None).post("/api/v1/test/kept", json=body)
    assert (answer.status_code, answer.json()["title"]) == (422, "invalid_request")
    assert str(body["age"]) not in answer.json()["detail"]


async def test_a_refusal_has_code_sentence_facts_and_the_trace_of_its_header(connection) -> None:
    answer = await client_of(None).get("/api/v1/test/refused")
    problem = answer.json()
    assert (answer.status_code, problem["title"]) == (409, "conflict")
    assert (problem["detail"], problem["facts"]) == ("It is so already.", {"count": 3})
    assert problem["trace_id"] == answer.headers["x-trace-id"]


async def test_what_breaks_says_only_a_trace(connection, capsys) -> None:
    answer = await client_of(None).get("/api/v1/test/broken")
    assert (answer.status_code, answer.json()["title"]) == (500, "unexpected")
    assert answer.json()["trace_id"]
    assert "Yamada" not in answer.text


async def test_a_route_without_a_permission_is_closed(connection) -> None:
    client = client_of(Role.OPERATOR)
    assert (await client.get("/api/v1/test/forgotten")).status_code == 403
    with pytest.raises(ForbiddenError):
        list(route_permissions(router.routes))


async def test_role_decides(connection) -> None:
    statuses = [
        (await client_of(role).get("/api/v1/test/audit")).status_code
        for role in (None, Role.READER, Role.CURATOR)
    ]
    assert statuses == [401, 403, 200]


async def test_another_sites_page_cannot_act(connection) -> None:
    client = client_of(Role.CURATOR)
    elsewhere = {"sec-fetch-site": "cross-site"}
    answer = await client.post(
        "/api/v1/test/patients", json={"age": 1, "sex": "F"}, headers=elsewhere
    )
    assert (answer.status_code, answer.json()["title"]) == (403, "cross_site")


async def test_a_body_over_the_limit_is_refused(connection) -> None:
    answer = await client_of(Role.CURATOR).post(
        "/api/v1/test/patients",
        content=b"0" * (9 << 20),
        headers={"content-type": "application/json"},
    )
    assert (answer.status_code, answer.json()["title"]) == (413, "too_large")


async def test_every_answer_is_stamped(connection) -> None:
    answer = await client_of(None).get("/api/v1/nothing/here")
    assert (answer.status_code, answer.json()["title"]) == (404, "not_found")
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-renkei-version"]
    assert answer.headers["cache-control"] == "no-store"


async def test_index_is_asked_for_again_and_hashed_files_never(connection, tmp_path: Path) -> None:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("the app")
    (tmp_path / "assets" / "app-1a2b.js").write_text("1")
    (tmp_path.parent / "secret.txt").write_text("secret")
    client = client_of(None, tmp_path)
    page = await client.get("/select/series?q=12")
    assert (page.text, page.headers["cache-control"]) == ("the app", "no-cache")
    script = await client.get("/assets/app-1a2b.js")
    assert "immutable" in script.headers["cache-control"]
    assert (await client.get("/assets/app-old.js")).status_code == 404
    assert "secret" not in (await client.get("/%2e%2e/secret.txt")).text
    for path in ("/api/nope", "/api", "/dicom-web/x", "/metrics/x"):
        assert (await client.get(path)).status_code == 404, path


async def test_an_unbuilt_app_says_so(connection) -> None:
    answer = await client_of(None).get("/")
    assert answer.status_code == 503
    assert "./dev serve" in answer.text


async def test_health_readiness_and_metrics(connection) -> None:
    client = client_of(None)
    assert (await client.get("/healthz")).json()["status"] == "ok"
    assert (await client.get("/readyz")).json() == {"status": "ready"}
    assert "renkei_requests_total" in (await client.get("/metrics")).text


def test_every_route_of_the_platform_names_a_permission(app: FastAPI) -> None:
    walked = list(route_permissions(app.routes))
    assert len(walked) > 8
    open_to_all = {path for _, path, permissions in walked if permissions is None}
    assert {"/healthz", "/readyz", "/metrics"} <= open_to_all
    assert "/api/v1/jobs" not in open_to_all
