"""The app: routers in, one FastAPI with rights, refusals, health and pages out."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from sqlalchemy import text
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import JSONResponse, PlainTextResponse, Response

from renkei import __version__
from renkei.server import db, telemetry, vault
from renkei.server.web import problem
from renkei.server.web.access import SignIn, public
from renkei.server.web.document import REFUSED, Api, operation_id
from renkei.server.web.envelope import Envelope
from renkei.server.web.pages import pages

API = "/api/v1"
MAX_BODY_BYTES = 8 << 20
health = APIRouter(tags=["service"])


@health.get("/healthz", dependencies=public())
async def healthz() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok", "version": __version__}


@health.get("/readyz", dependencies=public(), responses={503: {"description": "Not yet"}})
async def readyz() -> Response:
    """Say whether the database and the object store are open."""
    try:
        async with db.current().core.connect() as connection:
            await connection.execute(text("SELECT 1"))
        vault.current()
    except Exception as error:  # noqa: BLE001  any failure is the answer
        return JSONResponse({"status": "waiting", "reason": type(error).__name__}, 503)
    return JSONResponse({"status": "ready"})


@health.get("/metrics", dependencies=public(), include_in_schema=False)
async def metrics() -> PlainTextResponse:
    """Return the counters for Prometheus."""
    return PlainTextResponse(telemetry.exposition(), media_type="text/plain; version=0.0.4")


def create_app(
    routers: Sequence[tuple[str, APIRouter]],
    *,
    sign_in: SignIn,
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
    dist: Path | None = None,
) -> FastAPI:
    """Return the app with each router below its prefix; `sign_in` says who a request is from."""
    app = Api(
        title="Renkei",
        version=__version__,
        lifespan=lifespan,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=operation_id,
        responses={"default": REFUSED},
    )
    app.state.sign_in = sign_in
    app.state.dist = dist
    problem.install(app)
    app.include_router(health)
    for prefix, router in routers:
        app.include_router(router, prefix=prefix)
    app.router.routes.extend(pages(dist))
    # Inside the envelope, so that its refusal is stamped too; a router's own limit wins.
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BODY_BYTES)
    app.add_middleware(Envelope)
    return app
