"""The way in for jobs: what the folders of the line bring, run by a worker."""

import asyncio
import signal
from contextlib import suppress

from renkei.server import runner, seal
from renkei.server.db import Engine
from renkei.server.opening import opened
from renkei.server.rooms import rooms
from renkei.settings import Settings


def load_jobs() -> list[str]:
    """Import `renkei.<folder>.server.jobs`, which registers; return the folders that have some."""
    return [folder for folder, _ in rooms("jobs")]


async def run(engine: Engine, settings: Settings) -> None:
    """Run jobs on an open database until cancelled."""
    load_jobs()
    seal.install(settings.data)
    await runner.work(engine, jobs=settings.jobs)


async def work(settings: Settings) -> None:
    """Open the platform and run jobs until interrupted."""
    async with opened(settings) as engine:
        task = asyncio.create_task(run(engine, settings))
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        with suppress(asyncio.CancelledError):
            await task
