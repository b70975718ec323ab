"""The worker: runs jobs with a time limit, tries again what may be tried again."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from procrastinate import JobContext, PsycopgConnector
from procrastinate.job_context import AbortReason
from sqlalchemy import text
from sqlalchemy.exc import InterfaceError, OperationalError

from renkei.errors import PeerUnreachableError, RenkeiError, TimeLimitError
from renkei.log import get_logger
from renkei.server import telemetry
from renkei.server.actor import system
from renkei.server.db import Engine, transaction
from renkei.server.jobs import (
    JOBS,
    OPEN,
    RUN_TASK,
    RUNNING,
    Job,
    JobRun,
    JobState,
    Running,
    find_job,
    tell,
)
from renkei.server.jsonable import restore_call
from renkei.server.queue import CAUSE, QUEUE, Cause, enqueue

log = get_logger(__name__)
TRANSIENT = (PeerUnreachableError, OperationalError, InterfaceError)
# A job that ended its worker this often is broken itself, and must not end every worker in turn.
MOST_ATTEMPTS = 8
HEARTBEAT_SECONDS = 5.0
GRACE_SECONDS = 5.0
STALLED_SECONDS = 20.0


class JobTimeError(TimeLimitError):
    """The job ran over its time and was ended."""


class NoSuchJobError(RenkeiError):
    """The worker knows no job of this name."""


@QUEUE.task(name=RUN_TASK, pass_context=True)
async def run_job(context: JobContext, run_id: str) -> None:
    """Run what the queue gives."""
    await execute(
        UUID(run_id), shutting_down=lambda: context.abort_reason() is AbortReason.SHUTDOWN
    )


async def execute(run_id: UUID, *, shutting_down: Callable[[], bool] = lambda: False) -> None:
    """Run one job to its end and write down how it ended."""
    run = await _begin(run_id)
    if run is None:
        return
    job = JOBS.get(run.name)
    began = time.perf_counter()
    error: BaseException | None = None
    try:
        await _call(job, run)
    except asyncio.CancelledError as cancelled:
        await asyncio.shield(_end_cancelled(run, requeue=shutting_down()))
        raise cancelled from None
    except Exception as raised:  # noqa: BLE001  whatever a job raises ends the job, not the worker
        error = raised
    state = await _end(run, error, job)
    telemetry.JOB_RUNS.labels(run.name, state).inc()
    telemetry.JOB_SECONDS.labels(run.name).observe(time.perf_counter() - began)


async def _begin(run_id: UUID) -> JobRun | None:
    async with transaction(system("a job begins")) as session:
        run = await find_job(session, run_id=run_id)
        if run.state not in OPEN:
            return None
        run.attempts += 1
        if run.attempts > MOST_ATTEMPTS:
            run.state, run.error, run.ended_at = JobState.FAILED, "gave_up", datetime.now(UTC)
            run.sentence = "The job was begun too often without an end."
            return None
        run.state, run.started_at = JobState.RUNNING, datetime.now(UTC)
        await tell(session, run.id)
        return run


async def _call(job: Job[Any] | None, run: JobRun) -> None:
    if job is None:
        raise NoSuchJobError("This worker knows no job of that name; is it of this release?")
    telemetry.follow(run.trace_id or telemetry.new_trace_id())
    RUNNING.set(Running(run.id))
    CAUSE.set(Cause(run.actor_id, run.organisation_id, run.site_id))
    with telemetry.TRACER.start_as_current_span(f"job {job.name}"):
        try:
            async with asyncio.timeout(job.seconds) as limit:
                await job.function(**restore_call(job.function, run.arguments))
        except TimeoutError as error:
            if limit.expired():
                raise JobTimeError("The job ran over its time and was ended.") from error
            raise


async def _end(run: JobRun, error: BaseException | None, job: Job[Any] | None) -> JobState:
    async with transaction(system("a job ends")) as session:
        row = await find_job(session, run_id=run.id)
        if row.state is not JobState.RUNNING:
            return row.state
        if error is None:
            row.state, row.ended_at = JobState.DONE, datetime.now(UTC)
            row.done = row.total or row.done
        elif job is not None and isinstance(error, TRANSIENT) and row.attempts <= job.retries:
            row.state = JobState.WAITING
            delay = min(2.0**row.attempts, 300.0)
            row.queue_id = await enqueue(session, RUN_TASK, delay=delay, run_id=str(row.id))
        else:
            row.state, row.ended_at = JobState.FAILED, datetime.now(UTC)
            known = isinstance(error, RenkeiError)
            row.error = error.code if isinstance(error, RenkeiError) else type(error).__name__
            row.sentence = error.sentence if isinstance(error, RenkeiError) else None
            if not known:
                log.error("job_failed", job=row.name, job_id=row.id, error=type(error).__name__)
        await tell(session, row.id)
        return row.state


async def _end_cancelled(run: JobRun, *, requeue: bool) -> None:
    async with transaction(system("a job is cancelled")) as session:
        row = await find_job(session, run_id=run.id)
        if row.state not in {JobState.RUNNING, JobState.CANCELLED}:
            return
        row.state, row.ended_at = JobState.CANCELLED, datetime.now(UTC)
        if requeue:  # the worker is going down; another takes the job from its beginning
            row.state, row.ended_at, row.attempts = JobState.WAITING, None, row.attempts - 1
            row.queue_id = await enqueue(session, RUN_TASK, run_id=str(row.id))
        await tell(session, row.id)


@dataclass(frozen=True, slots=True)
class Periodic:
    """Something that one worker at a time does every few seconds."""

    name: str
    seconds: float
    function: Callable[[], Awaitable[object]]


PERIODIC: dict[str, Periodic] = {}


def every(seconds: float) -> Callable[[Callable[[], Awaitable[object]]], Any]:
    """Call a function every few seconds; one worker of the platform at a time does so."""

    def register(function: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[object]]:
        name = f"{function.__module__}.{function.__name__}"
        PERIODIC[name] = Periodic(name, seconds, function)
        return function

    return register


async def _repeat(periodic: Periodic) -> None:
    while True:
        await asyncio.sleep(periodic.seconds)
        try:
            async with transaction(system("a turn of a periodic task")) as session:
                lock = text("SELECT pg_try_advisory_xact_lock(hashtext(:name))")
                if await session.scalar(lock, {"name": periodic.name}):
                    await periodic.function()
        except Exception as error:  # noqa: BLE001  the next turn may succeed
            log.warning(
                "periodic_failed", code=periodic.function.__name__, error=type(error).__name__
            )


async def work(engine: Engine, *, jobs: int, once: bool = False) -> None:
    """Run jobs until cancelled; `once` ends when the queue is empty."""
    conninfo = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    turns = [] if once else [asyncio.create_task(_repeat(p)) for p in PERIODIC.values()]
    try:
        while True:
            try:
                await _drain(conninfo, jobs=jobs, once=once)
            except Exception as error:  # noqa: BLE001  the database may be back in a moment
                log.warning("worker_failed", error=type(error).__name__)
            if once:
                return
            await asyncio.sleep(1)
    finally:
        for turn in turns:
            turn.cancel()
        await asyncio.gather(*turns, return_exceptions=True)


async def _drain(conninfo: str, *, jobs: int, once: bool) -> None:
    connector = PsycopgConnector(conninfo=conninfo, min_size=1, max_size=jobs + 3)
    with QUEUE.replace_connector(connector) as app:
        async with app.open_async():
            await app.run_worker_async(
                concurrency=jobs,
                wait=not once,
                install_signal_handlers=False,
                delete_jobs="always",
                fetch_job_polling_interval=2.0,
                abort_job_polling_interval=2.0,
                shutdown_graceful_timeout=GRACE_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
            )


@every(seconds=HEARTBEAT_SECONDS)
async def retry_stalled() -> int:
    """Put the jobs of workers that died back into the queue; return how many."""
    manager = QUEUE.job_manager
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS))
    for job in stalled:
        with suppress(ValueError):
            await manager.retry_job(job)
    return len(stalled)
