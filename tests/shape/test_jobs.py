"""Jobs: each has a time limit and a test that kills its worker; emitting needs no listener."""

import asyncio
import re
import subprocess
import sys
from functools import cache

from sqlalchemy import select
from tests.shape.source import ROOT, SRC

from renkei import worker
from renkei.server.actor import system
from renkei.server.db import transaction
from renkei.server.events import LISTENERS
from renkei.server.install import plain_url
from renkei.server.jobs import JOBS, JobRun, JobState
from renkei.server.runner import PERIODIC

LONGEST_SECONDS = 2 * 3600
MOST_RETRIES = 10
KILLED = re.compile(r'killed\(\s*"([a-z_.]+)"\s*\)')
# Every listener of a recall is killed by the test that walks through them all.
RECALL = "tests/consent/server/test_killed.py"


@cache
def names():
    worker.load_jobs()
    found = {name for name, job in JOBS.items() if not name.startswith("test.")}
    assert len(found) > 15
    return found


def test_every_job_has_a_time_limit_and_an_end_to_its_tries():
    wrong = {
        name: (JOBS[name].seconds, JOBS[name].retries)
        for name in names()
        if not 0 < JOBS[name].seconds <= LONGEST_SECONDS
        or not 0 <= JOBS[name].retries <= MOST_RETRIES
    }
    assert wrong == {}
    assert {name for name, turn in PERIODIC.items() if not turn.seconds >= 1} == set()


def test_every_job_is_killed_at_each_commit_and_done_once():
    tests = {p.relative_to(ROOT).as_posix(): p for p in ROOT.glob("tests/*/server/test_killed.py")}
    assert RECALL in tests
    tried = {name for p in tests.values() for name in KILLED.findall(p.read_text("utf-8"))}
    recalled = {n for n, known in LISTENERS.items() if known.event.__name__ == "SubjectRecalled"}
    assert tried <= names()
    assert names() - tried - recalled == set(), "give it a test in its folder's test_killed.py"


def test_a_job_is_named_after_its_folder():
    assert [n for n in names() if not (SRC / n.split(".")[0] / "server" / "jobs.py").exists()] == []


EMIT = """
import asyncio, sys
from uuid import UUID
from renkei.collect.server.received import SeriesReceived
from renkei.server import events, jobs
from renkei.server.actor import system
from renkei.server.db import Engine, transaction

async def emit():
    engine = Engine.start(sys.argv[1])
    async with transaction(system("test")) as session:
        await events.emit(session, SeriesReceived(UUID(int=7)))
    await engine.stop()

assert not events.LISTENERS and not jobs.JOBS, "this process was to know no listener"
asyncio.run(emit())
"""


async def test_emitting_works_in_a_process_that_loaded_no_listener(
    fresh_database, deadly_workers, tmp_path
):
    url = plain_url(fresh_database.url.render_as_string(hide_password=False))
    command = [sys.executable, "-c", EMIT, url]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-1500:]
    listener = "select.server.jobs.judge_series_received"
    order = {"url": url, "data": str(tmp_path / "data"), "job": listener, "kill_at": None}
    await asyncio.to_thread(deadly_workers.run, order)
    async with transaction(system("test")) as session:
        run = (await session.scalars(select(JobRun))).one()
    assert (run.name, run.state) == (listener, JobState.FAILED), "there is no such series"
