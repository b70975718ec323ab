"""`renkei work` as a process: it runs jobs, and gives back the one it is stopped in."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from sqlalchemy import select
from tests.shape.source import ROOT

from renkei import worker
from renkei.server.actor import system
from renkei.server.db import Engine, transaction
from renkei.server.events import LISTENERS
from renkei.server.install import plain_url
from renkei.server.jobs import JOBS, JobRun, JobState, defer

LONG = """
import asyncio, pathlib
from renkei import worker
from renkei.server import jobs, runner
from renkei.settings import load_settings

@jobs.job("test.long")
async def long(folder: str) -> None:
    pathlib.Path(folder, "begun").touch()
    await asyncio.sleep(60)

runner.GRACE_SECONDS = 0.2
asyncio.run(worker.work(load_settings()))
"""


def test_every_folder_with_a_room_for_jobs_is_loaded() -> None:
    there = {path.parent.parent.name for path in ROOT.glob("src/renkei/*/server/jobs.py")}
    assert set(worker.load_jobs()) == there
    assert {"select.judge", "publish.freeze", "market.deliver", "train.run"} <= set(JOBS)
    assert len(LISTENERS) > 10


async def test_a_worker_that_is_told_to_end_gives_its_job_back(
    fresh_database: Engine, tmp_path: Path
) -> None:
    async with transaction(system("test")) as session:
        run = await defer(session, "test.long", folder=str(tmp_path))
    process = await start(fresh_database, tmp_path)
    async with asyncio.timeout(60):
        while not (tmp_path / "begun").exists():  # noqa: ASYNC110  another process
            await asyncio.sleep(0.05)
    assert (await state_of(run)).state is JobState.RUNNING
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(20):
        assert await process.wait() == 0
    given_back = await state_of(run)
    assert (given_back.state, given_back.attempts) == (JobState.WAITING, 0)
    again = await start(fresh_database, tmp_path)
    (tmp_path / "begun").unlink()
    async with asyncio.timeout(60):
        while not (tmp_path / "begun").exists():  # noqa: ASYNC110  another process
            await asyncio.sleep(0.05)
    again.kill()
    await again.wait()


async def start(engine: Engine, folder: Path) -> asyncio.subprocess.Process:
    url = plain_url(engine.url.render_as_string(hide_password=False))
    places = {"RENKEI_DATABASE_URL": url, "RENKEI_DATA": str(folder / "data")}
    command = [sys.executable, "-W", "ignore", "-c", LONG]
    return await asyncio.create_subprocess_exec(*command, env=os.environ | places, cwd=ROOT)


async def state_of(run: JobRun) -> JobRun:
    async with transaction(system("test")) as session:
        return (await session.scalars(select(JobRun).where(JobRun.id == run.id))).one()
