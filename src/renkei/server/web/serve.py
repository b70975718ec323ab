"""Answer requests until interrupted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from renkei.server.db import Engine
from renkei.server.opening import opened
from renkei.server.stream import listening
from renkei.settings import Settings

App = FastAPI
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
Beside = Callable[[Engine], Awaitable[None]]


class _Server(uvicorn.Server):
    """Stop on a signal and hand it to nobody: worker and database are still to be closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            yield
            self._captured_signals.clear()  # each would be raised again and end the process


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
            await _Server(config).serve()
        finally:
            if other is not None:
                other.cancel()
                await asyncio.gather(other, return_exceptions=True)
