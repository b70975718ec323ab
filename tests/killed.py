"""Kill the worker of a job at every commit and at its end: the effect is there once."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from procrastinate import PsycopgConnector
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.shape.source import ROOT

from renkei.server import runner
from renkei.server.actor import system
from renkei.server.db import Engine, Table, transaction
from renkei.server.install import plain_url
from renkei.server.jobs import JobRun, JobState
from renkei.server.queue import QUEUE

Row = tuple[str, str]
Killing = Callable[[str], Awaitable["Deaths"]]
# How far a job is changes with every try.
NOT_AN_EFFECT = {"job_run"}


@dataclass(frozen=True)
class Deaths:
    """How often the worker was killed inside the job, and the rows that it left in the end."""

    inside: int
    rows: frozenset[Row]


class Workers:
    """Workers that kill themselves, one at a time."""

    def __init__(self) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "tests.killed_worker"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.is_ready = False

    def run(self, order: dict[str, Any]) -> list[str]:
        """Start a worker; return what it said, and how it ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        said = []
        if not self.is_ready:
            assert self.process.stdout.readline() == "ready\n"
            self.is_ready = True
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        while not said or not said[-1].startswith("ended"):
            line = self.process.stdout.readline()
            assert line, "the workers' own process ended"
            said.append(line.strip())
        return said


@pytest.fixture(scope="session")
def deadly_workers() -> Iterator[Workers]:
    """Start the process that the workers are forked from."""
    workers = Workers()
    yield workers
    workers.process.kill()
    workers.process.communicate()


@pytest.fixture
def killed(
    connection: AsyncConnection,
    fresh_database: Engine,
    deadly_workers: Workers,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Killing:
    """Return a function that has the waiting job of a name done by workers that are killed.

    The first dies before the job's first commit, the second before its second, and so on; one
    more dies when all is done but the job is not yet marked so. The last worker lives.
    """
    monkeypatch.setattr(runner, "STALLED_SECONDS", 0.0)
    url = fresh_database.url.render_as_string(hide_password=False)
    order = {"url": plain_url(url), "data": str(tmp_path / "data")}

    async def work(name: str, kill_at: int | None) -> list[str]:
        order.update(job=name, kill_at=kill_at)
        said = await asyncio.to_thread(deadly_workers.run, order)
        await _requeue(plain_url(url))
        return said

    async def kill(name: str) -> Deaths:
        before, inside = await rows(connection), 0
        while (said := await work(name, inside + 1))[0] == "in the job":
            inside += 1
            assert said[-1] == "ended -9"
            assert await state_of(name) is JobState.RUNNING
            await _forgive(name)
        assert said == ["after the job", "ended -9"], await sentence_of(name)
        done = await rows(connection)
        assert done != before, "the job has no effect"
        assert await state_of(name) is JobState.RUNNING
        assert await work(name, None) == ["ended 0"]
        assert await state_of(name) is JobState.DONE, await sentence_of(name)
        again = await rows(connection)
        assert again - done == frozenset(), "the second time did more"
        assert done - again == frozenset(), "the second time took away"
        return Deaths(inside, again - before)

    return kill


async def rows(connection: AsyncConnection) -> frozenset[Row]:
    """Return every row of every table but those of the queue and of jobs."""
    found: set[Row] = set()
    for name in sorted(set(Table.metadata.tables) - NOT_AN_EFFECT):
        answer = await connection.execute(text(f'SELECT to_jsonb(t)::text FROM "{name}" t'))
        found |= {(name, line) for line in answer.scalars()}
    return frozenset(found)


async def _requeue(conninfo: str) -> None:
    connector = PsycopgConnector(conninfo=conninfo, min_size=1, max_size=2)
    with QUEUE.replace_connector(connector) as app:
        async with app.open_async():
            await runner.retry_stalled()


async def _run_of(name: str) -> JobRun:
    async with transaction(system("test")) as session:
        found = list(await session.scalars(select(JobRun).where(JobRun.name == name)))
    assert len(found) == 1, f"{name}: one job was expected, there are {len(found)}"
    return found[0]


async def state_of(name: str) -> JobState:
    """Return where the job stands."""
    return (await _run_of(name)).state


async def sentence_of(name: str) -> str:
    """Return why the job failed."""
    run = await _run_of(name)
    return f"{run.error}: {run.sentence}"


async def _forgive(name: str) -> None:
    """Let the job begin once more than a worker allows."""
    async with transaction(system("test")) as session:
        await session.execute(update(JobRun).where(JobRun.name == name).values(attempts=0))
