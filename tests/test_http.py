"""The whole app as it is served: every folder's routes, health, pages, refusals."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from renkei import http

UNKNOWN = ("/api/v1/nothing", "/api/v2", "/api/", "/dicom-web/nothing/else", "/metrics/x")
ROOMS = ("people", "consent", "collect", "subjects", "select", "annotate", "preprocess")
LATER_ROOMS = ("publish", "ledger", "market", "train", "synthesize", "dicomweb")


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a web app of two files."""
    dist = tmp_path_factory.mktemp("web") / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>Renkei</title>")
    (dist / "assets" / "main-1a2b3c4d.js").write_text("export {}")
    return dist


@pytest.fixture(scope="module")
def app(dist: Path) -> http.App:
    """Build the whole app with that web app."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(http, "find_dist", lambda: dist)
        return http.build()


@pytest.fixture
async def web(app, connection) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_it_is_alive_ready_and_counts(web) -> None:
    assert (await web.get("/healthz")).json()["status"] == "ok"
    assert (await web.get("/readyz")).json() == {"status": "ready"}
    counted = await web.get("/metrics")
    assert counted.headers["content-type"].startswith("text/plain")
    assert 'renkei_requests_total{method="GET",route="/healthz",status="200"}' in counted.text


async def test_every_folder_brings_its_routes(web) -> None:
    paths = (await web.get("/api/v1/openapi.json")).json()["paths"]
    for room in (*ROOMS, *LATER_ROOMS):
        assert any(path.startswith(f"/api/v1/{room}/") for path in paths), room


@pytest.mark.parametrize("path", UNKNOWN)
async def test_an_unknown_address_of_a_program_is_a_refusal_and_not_the_app(web, path) -> None:
    answer = await web.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 404
    assert problem["trace_id"] == answer.headers["x-trace-id"]
    assert len(problem["trace_id"]) == 32


async def test_a_refusal_is_found_in_the_log_by_its_trace(web, capsys) -> None:
    for _ in range(20):  # a trace may begin with a digit or with a letter
        trace = (await web.get("/api/v1/nothing")).json()["trace_id"]
        assert f"trace_id={trace}" in "".join(capsys.readouterr())


async def test_the_index_is_asked_for_again_and_hashed_files_never(web) -> None:
    for path in ("/", "/market/listings", "/index.html"):
        page = await web.get(path)
        assert page.text.startswith("<!doctype html>"), path
        assert page.headers["cache-control"] == "no-cache"
    asset = await web.get("/assets/main-1a2b3c4d.js")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await web.get("/assets/main-00000000.js")).status_code == 404
    assert (await web.get("/api/v1/openapi.json")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/", "/api/v1/nothing", "/healthz"])
async def test_every_answer_forbids_what_a_page_of_another_site_could_do(web, path) -> None:
    headers = (await web.get(path)).headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == "'none'"
    assert policy["frame-ancestors"] == "'self'"
    assert "script-src" not in policy, "scripts come from here alone, by the default"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path", ["/../pyproject.toml", "/%2e%2e/pyproject.toml", "/assets/..%2f.."]
)
async def test_no_file_outside_the_build_is_served(web, path) -> None:
    answer = await web.get(path)
    assert "[project]" not in answer.text
    assert answer.status_code in {200, 404}
