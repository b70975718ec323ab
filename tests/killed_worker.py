"""A worker that kills itself where it is told: a process of its own, forked from one that has
everything imported, because importing takes longer than the work.

Each line of standard input is a JSON order; each answer is one line with how the worker ended.
"""

import asyncio
import json
import multiprocessing
import os
import signal
import sys
from contextvars import ContextVar
from dataclasses import replace
from functools import partial, wraps
from pathlib import Path
from typing import Any

from sqlalchemy import event

from renkei import child, worker
from renkei.server import events, jobs, runner, vault
from renkei.server.db import Engine
from renkei.server.rights import LimitedSession
from renkei.settings import Settings

PROGRESS = "progress of a job"
# Which commit of the job is the worker's last, counted down; None outside the job.
LEFT: ContextVar[list[int] | None] = ContextVar("left", default=None)


def die(why: str) -> None:
    """End this process as the kernel would, without a word to anybody but the test."""
    os.write(sys.stdout.fileno(), f"{why}\n".encode())
    os.kill(os.getpid(), signal.SIGKILL)


def before_commit(session: Any) -> None:
    """Die before the commit that is the last."""
    left = LEFT.get()
    if left is None or PROGRESS in session.info["actor"].id:
        return
    left[0] -= 1
    if left[0] == 0:
        die("in the job")


def deadly(function: Any, kill_at: int) -> Any:
    """Return a job that runs to its commit number `kill_at`, or to its end, and dies there."""

    @wraps(function)
    async def run(**arguments: Any) -> None:
        LEFT.set([kill_at])
        await function(**arguments)
        die("after the job")

    return run


def know_one_job(name: str, kill_at: int | None) -> None:
    """Forget every other job and listener: what follows from the job is another test's."""
    job = jobs.JOBS[name]
    if kill_at is not None:
        job = replace(job, function=deadly(job.function, kill_at))
    listening = {k: v for k, v in events.LISTENERS.items() if k == name}
    jobs.JOBS.clear()
    jobs.JOBS[name] = job
    events.LISTENERS.clear()
    events.LISTENERS.update(listening)


def run(order: dict[str, Any]) -> None:
    """Be the worker of one order."""
    os.environ["RENKEI_DATA"] = order["data"]
    know_one_job(order["job"], order["kill_at"])
    event.listen(LimitedSession, "before_commit", before_commit)
    # A server of its own for processes takes seconds to start; this one is warm.
    child._context = partial(multiprocessing.get_context, "fork")
    vault.open_vault(Settings(data=Path(order["data"])))

    async def work() -> None:
        await runner.work(Engine.start(order["url"]), jobs=1, once=True)

    asyncio.run(work())


def main() -> None:
    """Fork a worker for each line."""
    worker.load_jobs()
    for name in child.PRELOAD:
        __import__(name)
    os.write(sys.stdout.fileno(), b"ready\n")
    while line := sys.stdin.readline():
        pid = os.fork()
        if pid == 0:
            run(json.loads(line))
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        os.write(sys.stdout.fileno(), f"ended {os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    main()
