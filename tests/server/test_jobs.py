"""Jobs: progress, refusals, limits, cancel and retry."""

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import NotFoundError
from renkei.server.actor import Actor, Role, system
from renkei.server.db import Engine, transaction
from renkei.server.jobs import (
    JobEndedError,
    JobOpenError,
    JobRun,
    JobState,
    cancel_job,
    defer,
    retry_job,
)
from renkei.server.runner import work


async def _run(session: AsyncSession, run_jobs, name: str, **arguments: object) -> JobRun:
    run = await defer(session, name, **arguments)
    await session.commit()
    await run_jobs()
    await session.refresh(run)
    return run


async def test_arguments_come_back_as_annotated_and_progress_is_kept(
    session: AsyncSession, calls, run_jobs
) -> None:
    bell = uuid4()
    run = await _run(session, run_jobs, "test.count", bell_id=bell, names=["a", "b"])
    assert calls == [(bell, ["a", "b"])]
    assert (run.state, run.done, run.total) == (JobState.DONE, 2, 2)


async def test_a_refusal_ends_the_job_with_its_code_and_sentence(
    session: AsyncSession, calls, run_jobs
) -> None:
    run = await _run(session, run_jobs, "test.refuse")
    assert (run.state, run.error, run.sentence) == (
        JobState.FAILED,
        "conflict",
        "The bell is broken.",
    )


async def test_what_breaks_is_named_by_its_class_and_its_text_is_kept_nowhere(
    session: AsyncSession, calls, run_jobs
) -> None:
    run = await _run(session, run_jobs, "test.break")
    assert (run.state, run.error, run.sentence) == (JobState.FAILED, "ValueError", None)


async def test_a_job_over_its_time_is_ended(session: AsyncSession, calls, run_jobs) -> None:
    run = await _run(session, run_jobs, "test.sleep")
    assert (run.state, run.error) == (JobState.FAILED, "job_time")


async def test_a_peer_that_stays_away_is_asked_three_times(
    session: AsyncSession, calls, run_jobs
) -> None:
    run = await _run(session, run_jobs, "test.peer")
    assert calls == ["asked"] * 3
    assert (run.state, run.attempts, run.error) == (JobState.FAILED, 3, "peer_unreachable")


async def test_an_unknown_job_says_so(session: AsyncSession, calls, run_jobs) -> None:
    run = await _run(session, run_jobs, "test.nothing")
    assert (run.state, run.error) == (JobState.FAILED, "no_such_job")


async def test_a_cancelled_job_never_runs_and_can_run_again(
    session: AsyncSession, calls, run_jobs
) -> None:
    run = await defer(session, "test.count", bell_id=uuid4(), names=[])
    await cancel_job(session, run_id=run.id)
    await session.commit()
    await run_jobs()
    assert calls == []
    with pytest.raises(JobEndedError):
        await cancel_job(session, run_id=run.id)
    await retry_job(session, run_id=run.id)
    await session.commit()
    await run_jobs()
    assert len(calls) == 1
    with pytest.raises(JobOpenError):
        await retry_job(session, run_id=run.id)


async def test_another_users_job_cannot_be_cancelled(session: AsyncSession, as_actor) -> None:
    with as_actor(session, Actor("a", Role.READER)):
        run = await defer(session, "test.count", bell_id=uuid4(), names=[])
        await session.commit()
    with as_actor(session, Actor("b", Role.READER)), pytest.raises(NotFoundError):
        await cancel_job(session, run_id=run.id)
    kept = await session.get_one(JobRun, run.id)
    assert kept.state is JobState.WAITING


async def _until(state: JobState, run_id: object, seconds: float = 15.0) -> JobRun:
    async with asyncio.timeout(seconds):
        while True:
            async with transaction(system("test")) as session:
                run = (await session.scalars(select(JobRun).where(JobRun.id == run_id))).one()
            if run.state is state:
                return run
            await asyncio.sleep(0.05)


async def test_a_running_job_is_cancelled(fresh_database: Engine, calls) -> None:
    async with transaction(system("test")) as session:
        run = await defer(session, "test.wait")
    worker = asyncio.create_task(work(fresh_database, jobs=1))
    await _until(JobState.RUNNING, run.id)
    async with transaction(system("test")) as session:
        await cancel_job(session, run_id=run.id)
    async with transaction(system("test")) as session:
        other = await defer(session, "test.count", bell_id=uuid4(), names=[])
    await _until(JobState.DONE, other.id)  # the only place is free again
    assert (await _until(JobState.CANCELLED, run.id)).ended_at is not None
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)


async def test_a_worker_that_stops_gives_its_job_back(
    fresh_database: Engine, calls, monkeypatch
) -> None:
    monkeypatch.setattr("renkei.server.runner.GRACE_SECONDS", 0.1)
    async with transaction(system("test")) as session:
        run = await defer(session, "test.wait")
    worker = asyncio.create_task(work(fresh_database, jobs=1))
    await _until(JobState.RUNNING, run.id)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    given_back = await _until(JobState.WAITING, run.id)
    assert given_back.attempts == 0
