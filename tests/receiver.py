"""Platforms that break where they are told: each a process of its own, forked from one that has
everything imported, because importing takes longer than the work.

Each line of standard input is a JSON order; each answer is one line with how the platform ended.
"""

import asyncio
import json
import multiprocessing
import os
import resource
import signal
import socket
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from renkei import child, http
from renkei.server import vault
from renkei.server.db import Engine
from renkei.settings import Settings

# What the test reads; standard output belongs to the log.
SAY = os.dup(1)


class Dying:
    """The platform until it has begun so many requests; then it is killed in the midst of them."""

    def __init__(self, app: Any, *, at: int, delay: float) -> None:
        self.app = app
        self.left = at
        self.delay = delay

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer, or wait for the end."""
        self.left -= 1
        if self.left < 0:
            await asyncio.sleep(60)
        if self.left == 0:
            kill = partial(os.kill, os.getpid(), signal.SIGKILL)
            threading.Timer(self.delay, kill).start()
        await self.app(scope, receive, send)


def run(order: dict[str, Any], app: Any) -> None:
    """Be the platform of one order."""
    os.environ["RENKEI_DATA"] = order["data"]
    # A server of its own for processes takes seconds to start; this one is warm.
    child._context = partial(multiprocessing.get_context, "fork")
    vault.open_vault(Settings(data=Path(order["data"])))
    if order.get("die_at"):
        app = Dying(app, at=order["die_at"], delay=order["delay"])
    if order.get("largest_file"):
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["largest_file"], hard))

    door = socket.create_server(("127.0.0.1", order["port"]))
    os.write(SAY, f"{os.getpid()}\n".encode())

    async def serve() -> None:
        Engine.start(order["url"])
        config = uvicorn.Config(app, log_level="critical", lifespan="off")
        await uvicorn.Server(config).serve([door])

    asyncio.run(serve())


async def ask(app: Any, path: str) -> None:
    """Ask the app for a path, without a network."""
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        await client.get(path)


def main() -> None:
    """Fork a platform for each line."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    app = http.build()
    # A first request lays the routes out, which each fork would do anew.
    asyncio.run(ask(app, "/api/v1/nothing"))
    for name in child.PRELOAD:
        __import__(name)
    os.write(SAY, b"ready\n")
    while line := sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            run(json.loads(line), app)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        os.write(SAY, f"ended {os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    main()
