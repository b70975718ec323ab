"""Fixtures of tests that really commit, so that other processes and connections see it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.types import ASGIApp

from renkei.server.db import Engine
from renkei.server.stream import listening


@asynccontextmanager
async def answering(app: ASGIApp) -> AsyncIterator[str]:
    """Answer on a real socket of loopback; give the address."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=1)
    )
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(30):
        while not server.started:  # noqa: ASYNC110  it has no event to wait for
            await asyncio.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture
async def connection(fresh_database: Engine) -> AsyncIterator[AsyncConnection]:
    """Replace the suite's outer transaction by the database of this test alone."""
    async with fresh_database.core.connect() as found:
        yield await found.execution_options(isolation_level="AUTOCOMMIT")


@pytest.fixture
async def address(app: ASGIApp, fresh_database: Engine) -> AsyncIterator[str]:
    """Answer on a real socket; return the address."""
    async with listening(fresh_database), answering(app) as found:
        yield found
