"""A worker that is killed in the middle of a job loses nothing."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from sqlalchemy import select

from renkei.server import jobs, runner
from renkei.server.actor import system
from renkei.server.db import Engine, transaction
from renkei.server.install import plain_url
from renkei.server.jobs import JobRun, JobState, defer

WORKER = """
import asyncio, pathlib, sys
from renkei.server import jobs, runner
from renkei.server.db import Engine

@jobs.job("test.killed")
async def killed(folder: str) -> None:
    pathlib.Path(folder, "begun").touch()
    await asyncio.sleep(60)

runner.HEARTBEAT_SECONDS = 0.3
asyncio.run(runner.work(Engine.start(sys.argv[1]), jobs=1))
"""


async def test_a_killed_workers_job_is_done_once_by_another(
    fresh_database: Engine, tmp_path: Path, monkeypatch
) -> None:
    done: list[str] = []

    async def killed(folder: str) -> None:
        done.append(folder)

    monkeypatch.setitem(jobs.JOBS, "test.killed", jobs.Job("test.killed", killed, 60.0, 5))
    monkeypatch.setattr(runner, "HEARTBEAT_SECONDS", 0.3)
    monkeypatch.setattr(runner, "STALLED_SECONDS", 1.5)
    stalled = runner.Periodic("stalled", 0.3, runner.retry_stalled)
    monkeypatch.setattr(runner, "PERIODIC", {"stalled": stalled})
    async with transaction(system("test")) as session:
        run = await defer(session, "test.killed", folder=str(tmp_path))
    url = plain_url(fresh_database.url.render_as_string(hide_password=False))
    first = await asyncio.create_subprocess_exec(sys.executable, "-W", "ignore", "-c", WORKER, url)
    async with asyncio.timeout(40):
        while not (tmp_path / "begun").exists():  # noqa: ASYNC110  another process
            await asyncio.sleep(0.05)
    os.kill(first.pid, signal.SIGKILL)
    await first.wait()
    second = asyncio.create_task(runner.work(fresh_database, jobs=1))
    async with asyncio.timeout(40):
        while (state := await _state(run)) is not JobState.DONE:
            assert state in jobs.OPEN
            await asyncio.sleep(0.1)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    assert done == [str(tmp_path)]


async def _state(run: JobRun) -> JobState:
    async with transaction(system("test")) as session:
        return (await session.scalars(select(JobRun.state).where(JobRun.id == run.id))).one()
