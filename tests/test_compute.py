"""The same work here and on a Dask cluster by its address."""

import asyncio
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from tests.shape.source import ROOT

from renkei import compute
from renkei.errors import DataRefusedError
from renkei.server import jobs, runner
from renkei.server.actor import system
from renkei.server.db import transaction


class RefusedError(DataRefusedError):
    """No."""


def square(number):
    if number < 0:
        raise RefusedError("Only from zero up.")
    return number * number


async def test_work_runs_here():
    assert await compute.run(square, 7) == 49


async def test_a_refusal_comes_back_as_itself():
    with pytest.raises(RefusedError):
        await compute.run(square, -1)


def linger(folder):
    Path(folder, "pid").write_text(str(os.getpid()))
    time.sleep(60)


async def test_work_ends_with_the_task_that_awaits_it(tmp_path):
    task = asyncio.create_task(compute.run(linger, tmp_path))
    number = await begun(tmp_path)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await gone(number)


async def test_a_cancelled_job_ends_the_work_that_it_waits_for(
    fresh_database, tmp_path, monkeypatch
):
    async def long(folder: str) -> None:
        await compute.run(linger, folder)

    monkeypatch.setitem(jobs.JOBS, "test.long", jobs.Job("test.long", long, 60.0, 0))
    async with transaction(system("test")) as session:
        run = await jobs.defer(session, "test.long", folder=str(tmp_path))
    working = asyncio.create_task(runner.work(fresh_database, jobs=1))
    number = await begun(tmp_path)
    async with transaction(system("test")) as session:
        await jobs.cancel_job(session, run_id=run.id)
    await gone(number)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def begun(folder):
    async with asyncio.timeout(30):
        while not (folder / "pid").exists() or not (folder / "pid").read_text():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    return int((folder / "pid").read_text())


async def gone(number):
    async with asyncio.timeout(10):
        while psutil.pid_exists(number):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def test_cases_are_mapped_and_each_refusal_belongs_to_its_case():
    found = dict(compute.map_cases(square, [1, 2, -3], jobs=2))
    assert (found[1], found[2]) == (1, 4)
    assert isinstance(found[-3], RefusedError)


@pytest.fixture
def scheduler(tmp_path):
    note = tmp_path / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    dask = [sys.executable, "-m"]
    place = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(note)]
    processes = [
        subprocess.Popen([*dask, "distributed.cli.dask_scheduler", "--port", "0", *place], **quiet),
        subprocess.Popen(
            [*dask, "distributed.cli.dask_worker", "--nthreads", "1", *place], **quiet
        ),
    ]
    while not note.exists():
        assert processes[0].poll() is None
        time.sleep(0.1)
    yield json.loads(note.read_text())["address"]
    for process in processes:
        process.terminate()
        process.wait(30)


@pytest.mark.filterwarnings("ignore")
async def test_the_same_work_runs_on_a_cluster(scheduler, monkeypatch):
    monkeypatch.setenv("RENKEI_COMPUTE", scheduler)
    assert await compute.run(pow, 7, 2) == 49


async def test_an_absent_cluster_is_a_clear_error(monkeypatch):
    monkeypatch.setenv("RENKEI_COMPUTE", "tcp://127.0.0.1:9")
    monkeypatch.setattr(compute, "CONNECT_SECONDS", 1)
    with pytest.raises(compute.ClusterUnreachableError):
        await compute.run(square, 7)
