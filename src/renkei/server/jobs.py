"""Jobs: work that outlives a request, with progress, cancel, retry and a time limit."""

import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, ParamSpec
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from renkei.errors import ConflictError, NotFoundError
from renkei.server import telemetry
from renkei.server.actor import Actor, Role, system
from renkei.server.db import Big, Table, transaction
from renkei.server.jsonable import plain
from renkei.server.queue import cause_of, enqueue, notify

P = ParamSpec("P")
RUN_TASK = "renkei.run"
PROGRESS_EVERY_SECONDS = 0.5


class JobState(StrEnum):
    """waiting → running → done | failed | cancelled; failed and cancelled may wait again."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (JobState.WAITING, JobState.RUNNING)


class JobEndedError(ConflictError):
    """Only a waiting or running job can be cancelled."""


class JobOpenError(ConflictError):
    """Only a failed or cancelled job can be run again."""


class JobRun(Table):
    """One piece of long work: what, for whom, how far."""

    __tablename__ = "job_run"

    name: Mapped[str] = mapped_column(index=True)
    arguments: Mapped[dict[str, Any]]
    actor_id: Mapped[str] = mapped_column(index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(default=None)
    site_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    trace_id: Mapped[str | None] = mapped_column(default=None)
    state: Mapped[JobState] = mapped_column(default=JobState.WAITING, index=True)
    queue_id: Mapped[int | None] = mapped_column(Big, default=None)
    attempts: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(Big, default=0)
    total: Mapped[int | None] = mapped_column(Big, default=None)
    error: Mapped[str | None] = mapped_column(default=None)
    sentence: Mapped[str | None] = mapped_column(default=None)
    started_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a run to the one it runs for, to their hospital, and to the platform's people."""
        if actor.role in {Role.SYSTEM, Role.OPERATOR, Role.CURATOR}:
            return true()
        own = cls.actor_id == actor.id
        return or_(own, cls.site_id == actor.site) if actor.role is Role.HOSPITAL else own


@dataclass(frozen=True, slots=True)
class Job(Generic[P]):
    """A function that the worker runs by name; calling it runs it here."""

    name: str
    function: Callable[P, Awaitable[None]]
    seconds: float
    retries: int

    async def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Run it in this process."""
        await self.function(*args, **kwargs)


JOBS: dict[str, Job[Any]] = {}


def job(
    name: str, *, seconds: float = 60.0, retries: int = 5
) -> Callable[[Callable[P, Awaitable[None]]], Job[P]]:
    """Register an idempotent function under `<folder>.<verb>`.

    Arguments are text, numbers, UUIDs, dates, lists and dicts of these; after `seconds` it is
    ended; it is tried again up to `retries` times when a peer or the database did not answer.
    """

    def register(function: Callable[P, Awaitable[None]]) -> Job[P]:
        JOBS[name] = Job(name, function, seconds, retries)
        return JOBS[name]

    return register


async def defer(session: AsyncSession, job: Job[Any] | str, **arguments: object) -> JobRun:
    """Put a job into the queue within the session's transaction; a name will do."""
    cause = cause_of(session)
    run = JobRun(
        name=job if isinstance(job, str) else job.name,
        arguments=plain(arguments),
        actor_id=cause.actor_id,
        organisation_id=cause.organisation_id,
        site_id=cause.site_id,
        trace_id=telemetry.trace_id(),
    )
    session.add(run)
    await session.flush()
    run.queue_id = await enqueue(session, RUN_TASK, run_id=str(run.id))
    await tell(session, run.id)
    return run


async def cancel_job(session: AsyncSession, *, run_id: UUID) -> JobRun:
    """Take a job out of the queue, or ask the worker to end it.

    Raises:
        NotFoundError: There is no such job, or none that the actor may see.
        JobEndedError: It has ended.
    """
    run = await find_job(session, run_id=run_id)
    if run.state not in OPEN:
        raise JobEndedError("This job has ended; start it again instead.")
    await session.execute(
        text("SELECT procrastinate_cancel_job_v1(:id, true, false)"), {"id": run.queue_id}
    )
    run.state = JobState.CANCELLED
    await tell(session, run.id)
    return run


async def retry_job(session: AsyncSession, *, run_id: UUID) -> JobRun:
    """Run a failed or cancelled job again, from its beginning.

    Raises:
        NotFoundError: There is no such job, or none that the actor may see.
        JobOpenError: It waits, runs or is done.
    """
    run = await find_job(session, run_id=run_id)
    if run.state not in {JobState.FAILED, JobState.CANCELLED}:
        raise JobOpenError(
            "This job waits, runs or is done; only failed and cancelled ones run again."
        )
    run.state, run.attempts, run.error, run.sentence = JobState.WAITING, 0, None, None
    run.ended_at = None
    run.queue_id = await enqueue(session, RUN_TASK, run_id=str(run.id))
    await tell(session, run.id)
    return run


async def find_job(session: AsyncSession, *, run_id: UUID) -> JobRun:
    """Return a job and lock it against the worker.

    Raises:
        NotFoundError: There is no such job, or none that the actor may see.
    """
    found: JobRun | None = await session.scalar(
        select(JobRun)
        .where(JobRun.id == run_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError("There is no such job; choose one from the list.")
    return found


@dataclass(slots=True)
class Running:
    """The job that this task runs, and when it last told of its progress."""

    run_id: UUID
    told: float = 0.0


RUNNING: ContextVar[Running | None] = ContextVar("running", default=None)


async def report_progress(done: int, total: int | None = None) -> None:
    """Tell how far the running job is; outside a job nothing happens."""
    running = RUNNING.get()
    if running is None:
        return
    now = time.monotonic()
    if done != total and now - running.told < PROGRESS_EVERY_SECONDS:
        return
    running.told = now
    async with transaction(system("progress of a job")) as session:
        await session.execute(
            update(JobRun).where(JobRun.id == running.run_id).values(done=done, total=total)
        )
        await tell(session, running.run_id)


async def tell(session: AsyncSession, run_id: UUID) -> None:
    """Wake the streams of those who may see the run."""
    await notify(session, f"job {run_id}")
