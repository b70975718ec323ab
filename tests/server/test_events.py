"""An event is committed with its cause, and each listener gets exactly one job."""

from uuid import uuid4

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from tests.server.conftest import BellRung

from renkei.errors import PeerUnreachableError
from renkei.server.actor import Actor, Role, system
from renkei.server.db import Engine, transaction
from renkei.server.events import EventJob, EventRow, dispatch, emit, replay
from renkei.server.jobs import JobRun, JobState
from renkei.server.runner import work


async def _count(session: AsyncSession, table: type) -> int:
    return await session.scalar(select(func.count()).select_from(table)) or 0


async def _queued(session: AsyncSession) -> int:
    found = await session.scalar(
        text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
    )
    return int(found or 0)


async def test_a_rolled_back_transaction_leaves_nothing(fresh_database: Engine, calls) -> None:
    try:
        async with transaction(system("test")) as session:
            await emit(session, BellRung(uuid4(), 1))
            raise ZeroDivisionError  # noqa: TRY301  the body of the transaction
    except ZeroDivisionError:
        pass
    await work(fresh_database, jobs=2, once=True)
    async with transaction(system("test")) as session:
        assert await _count(session, EventRow) == 0
        assert await _queued(session) == 0
    assert calls == []


async def test_a_committed_event_gives_each_listener_exactly_one_job(
    fresh_database: Engine, calls
) -> None:
    events = [BellRung(uuid4(), n, note=None if n else "n") for n in range(10)]
    for event in events:
        async with transaction(system("test")) as session:
            await emit(session, event)
    await work(fresh_database, jobs=2, once=True)
    wanted = [(name, event) for event in events for name in ("first", "second")]
    assert sorted(calls, key=repr) == sorted(wanted, key=repr)
    async with transaction(system("test")) as session:
        assert await _count(session, EventJob) == 20
        assert await _queued(session) == 0


async def test_emitting_needs_no_listener_in_this_process(session: AsyncSession) -> None:
    row = await emit(session, BellRung(uuid4(), 1))
    assert (row.name, row.body["times"]) == ("BellRung", 1)
    assert await _queued(session) == 1


async def test_a_second_dispatch_gives_no_second_job(
    session: AsyncSession, calls, run_jobs
) -> None:
    row = await emit(session, BellRung(uuid4(), 1))
    await session.commit()
    await run_jobs()
    await dispatch(str(row.id))
    assert await run_jobs() == 0
    assert len(calls) == 2


async def test_one_failing_listener_blocks_nobody_and_is_tried_again(
    session: AsyncSession, calls, run_jobs
) -> None:
    calls.fail_first = PeerUnreachableError("away")
    await emit(session, BellRung(uuid4(), 1))
    await session.commit()
    await run_jobs()
    assert sorted(name for name, _ in calls) == ["first", "second"]
    runs = list(await session.scalars(select(JobRun)))
    assert {run.state for run in runs} == {JobState.DONE}
    assert sorted(run.attempts for run in runs) == [1, 2]


async def test_replay_calls_one_listener_again(session: AsyncSession, calls, run_jobs) -> None:
    row = await emit(session, BellRung(uuid4(), 1))
    await session.commit()
    await run_jobs()
    listener = next(
        name for name in await session.scalars(select(EventJob.listener)) if "first" in name
    )
    await replay(session, event_id=row.id, listener=listener)
    await session.commit()
    assert await run_jobs() == 1
    assert [name for name, _ in calls].count("first") == 2


async def test_what_a_listener_causes_stays_visible_to_the_hospital_that_set_it_off(
    session: AsyncSession, calls, run_jobs, as_actor
) -> None:
    mine, other = uuid4(), uuid4()
    with as_actor(session, Actor("a", Role.HOSPITAL, mine, mine)):
        await emit(session, BellRung(uuid4(), 1))
        await session.commit()
    await run_jobs()
    with as_actor(session, Actor("b", Role.HOSPITAL, mine, mine)):
        assert await _count(session, JobRun) == 2
        assert await _count(session, EventRow) == 1
    with as_actor(session, Actor("c", Role.HOSPITAL, other, other)):
        assert await _count(session, JobRun) == 0
        assert await _count(session, EventRow) == 0
        assert await _count(session, EventJob) == 0
