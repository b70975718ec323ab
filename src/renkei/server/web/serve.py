"""Answer requests until interrupted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import uvicorn
from fastapi import FastAPI

from renkei.server.db import Engine
from renkei.server.opening import opened
from renkei.server.stream import listening
from renkei.settings import Settings

App = FastAPI
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
Beside = Callable[[Engine], Awaitable[None]]


async def serve_app(
    build: Callable[[Lifespan], FastAPI], settings: Settings, *, beside: Beside | None = None
) -> None:
    """Open the platform and answer; `beside` runs in the same process, such as a worker."""
    async with opened(settings) as engine:

        @asynccontextmanager
        async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
            async with listening(engine):
                yield

        config = uvicorn.Config(
            build(lifespan),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        other = asyncio.ensure_future(beside(engine)) if beside is not None else None
        try:
            await uvicorn.Server(config).serve()
        finally:
            if other is not None:
                other.cancel()
                await asyncio.gather(other, return_exceptions=True)
