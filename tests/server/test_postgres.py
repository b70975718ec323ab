"""The embedded database: refused where it cannot be, started again where it was killed."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
import psutil
import pytest
from sqlalchemy import select
from tests.shape.source import ROOT

from renkei.server import postgres
from renkei.server.actor import system
from renkei.server.db import Engine, transaction
from renkei.server.jobs import JobRun, JobState, defer

# The server's own pages and its worker need this long to start beside other tests.
START_SECONDS = 90


@pytest.fixture
def short() -> Iterator[Path]:
    """Return a folder with a path that a socket's address can hold."""
    folder = Path(tempfile.mkdtemp(prefix="rk-pg-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_a_path_that_no_socket_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(postgres.PathTooLongError, match="too long"):
        postgres.start(tmp_path / ("x" * 90))


def test_a_folder_of_another_major_version_is_refused_and_left_as_it_is(short: Path) -> None:
    (short / "PG_VERSION").write_text("12\n")
    with pytest.raises(postgres.OtherMajorVersionError, match="PostgreSQL 12"):
        postgres.start(short)
    assert [path.name for path in short.iterdir()] == ["PG_VERSION"]


def test_the_lock_of_a_dead_process_or_of_another_program_is_removed(short: Path) -> None:
    lock = short / postgres.PID_FILE
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for number in (gone.pid, os.getpid()):
        lock.write_text(f"{number}\n{short}\n")
        assert not postgres.is_running(short)
        assert postgres.remove_stale_lock(short)
        assert not lock.exists()
    assert not postgres.remove_stale_lock(short)


def test_a_folder_that_is_still_being_made_is_locked_and_not_yet_running(
    short: Path, server_url: str
) -> None:
    number = (folder_of(server_url) / postgres.PID_FILE).read_text().split("\n")[0]
    (short / postgres.PID_FILE).write_text(f"-{number}\n")
    assert not postgres.is_running(short)
    assert not postgres.remove_stale_lock(short)


def test_the_lock_of_a_living_database_stays(server_url: str) -> None:
    folder = folder_of(server_url)
    assert postgres.is_running(folder)
    assert not postgres.remove_stale_lock(folder)
    assert (folder / postgres.PID_FILE).exists()


async def test_a_platform_whose_database_is_killed_comes_back_with_its_data(short: Path) -> None:
    async with platform(short) as running, database(short / "pg"):
        await running.ready(200)
        first = await run_a_job()
        number = kill(short / "pg")
        await running.ready(503)
        # The number of the dead server goes to another program, as after a restart of the machine.
        lock = short / "pg" / postgres.PID_FILE
        lock.write_text(lock.read_text().replace(str(number), str(os.getpid())))
        await running.ready(200)
        # The same engine as before: its connections were cut, the next request opens new ones.
        async with transaction(system("test")) as session:
            assert await session.get(JobRun, first.id) is not None
        await run_a_job()
        assert (await running.web.get("/healthz")).json()["status"] == "ok"
    assert not postgres.is_running(short / "pg"), "the last one out stops the database"


def folder_of(url: str) -> Path:
    """Return the folder of the server that the suite runs on."""
    return Path(url.partition("host=")[2])


@dataclass
class Platform:
    """A platform in a process of its own."""

    process: asyncio.subprocess.Process
    web: httpx2.AsyncClient

    async def ready(self, status: int) -> None:
        """Wait until it says that it is ready, or that it is not."""
        async with asyncio.timeout(START_SECONDS):
            while self.process.returncode is None:
                with suppress(httpx2.TransportError):
                    if (await self.web.get("/readyz")).status_code == status:
                        return
                await asyncio.sleep(0.05)
        raise AssertionError("the platform ended")


@asynccontextmanager
async def platform(data: Path) -> AsyncIterator[Platform]:
    """Start web server and worker on a folder of their own; they end with status 0."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "renkei", "serve", "--all", "--data", str(data)]
    with (data / "log").open("wb") as log:
        output = {"stdout": log, "stderr": log}
        process = await asyncio.create_subprocess_exec(*command, "--port", port, cwd=ROOT, **output)
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            yield Platform(process, client)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        sys.stdout.write((data / "log").read_text()[-4000:])


@asynccontextmanager
async def database(folder: Path) -> AsyncIterator[None]:
    """Open the platform's database in this process as well, once it is there."""
    async with asyncio.timeout(START_SECONDS):
        while not postgres.is_running(folder):  # noqa: ASYNC110  another process
            await asyncio.sleep(0.1)
    engine = Engine.start(f"postgresql://postgres:@/renkei?host={folder}")
    try:
        yield
    finally:
        await engine.stop()


async def run_a_job() -> JobRun:
    """Give the worker something to do, and wait until it is done."""
    async with transaction(system("test")) as session:
        run = await defer(session, "ledger.append")
    async with asyncio.timeout(START_SECONDS):
        while True:
            async with transaction(system("test")) as session:
                query = select(JobRun.state).where(JobRun.id == run.id)
                if (await session.scalar(query)) is JobState.DONE:
                    return run
            await asyncio.sleep(0.1)


def kill(folder: Path) -> int:
    """End the database as a machine without memory does; return its number."""
    number = int((folder / postgres.PID_FILE).read_text().split("\n")[0])
    assert psutil.Process(number).name().startswith("postgres")
    os.kill(number, signal.SIGKILL)
    return number
