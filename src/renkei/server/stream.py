"""The live stream: what happened that this actor may see; an event only says what to re-read."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from fastapi.sse import ServerSentEvent
from sqlalchemy import select

from renkei.log import get_logger
from renkei.server import telemetry
from renkei.server.actor import Actor
from renkei.server.db import Engine, transaction
from renkei.server.events import EventRow
from renkei.server.jobs import JobRun
from renkei.server.queue import CHANNEL

log = get_logger(__name__)
# A transaction may commit after a later one has: this far back is looked at again.
OVERLAP = timedelta(seconds=30)
MOST_REPLAYED = 500
QUEUE_SIZE = 1000
ASK_AGAIN_SECONDS = 30.0

_streams: set[asyncio.Queue[str]] = set()


@asynccontextmanager
async def listening(engine: Engine) -> AsyncIterator[None]:
    """Hand what the database tells to every open stream of this process."""
    task = asyncio.create_task(_listen(engine))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _listen(engine: Engine) -> None:
    address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(address, autocommit=True) as listener:
                await listener.execute(f"LISTEN {CHANNEL}")
                async for notice in listener.notifies():
                    publish(notice.payload)
        except psycopg.Error as error:
            log.warning("stream_lost", error=type(error).__name__)
            await asyncio.sleep(1)


def publish(message: str) -> None:
    """Hand `event <id>` or `job <id>` to every open stream; a stuck one loses it and polls."""
    for queue in _streams:
        with suppress(asyncio.QueueFull):
            queue.put_nowait(message)


async def follow(
    actor: Actor, *, still: Callable[[], Awaitable[bool]], last: UUID | None = None
) -> AsyncIterator[ServerSentEvent]:
    """Yield what the actor may see from now on, or from after the event `last`.

    `still` says whether they are signed in; it is asked now and then, and its no is the end.
    """
    queue: asyncio.Queue[str] = asyncio.Queue(QUEUE_SIZE)
    _streams.add(queue)
    telemetry.STREAMS.inc()
    try:
        sent: set[UUID] = set()
        if last is not None:
            for row in await _since(actor, last):
                sent.add(row.id)
                yield _told(row)
        async for message in _messages(queue, still):
            kind, _, name = message.partition(" ")
            identifier = UUID(name)
            if kind == "job":
                run = await _seen(JobRun, actor, identifier)
                if run is not None:
                    yield _progress(run)
            elif identifier not in sent:
                row = await _seen(EventRow, actor, identifier)
                if row is not None:
                    yield _told(row)
    finally:
        _streams.discard(queue)
        telemetry.STREAMS.dec()


async def _messages(
    queue: asyncio.Queue[str], still: Callable[[], Awaitable[bool]]
) -> AsyncIterator[str]:
    asked = time.monotonic()
    while True:
        left = asked + ASK_AGAIN_SECONDS - time.monotonic()
        try:
            yield await asyncio.wait_for(queue.get(), max(left, 0.0))
        except TimeoutError:
            if not await still():
                return
            asked = time.monotonic()


async def _since(actor: Actor, last: UUID) -> list[EventRow]:
    async with transaction(actor) as session:
        known = await session.get(EventRow, last)
        start = known.created_at - OVERLAP if known else datetime.now(UTC) - OVERLAP
        query = select(EventRow).where(EventRow.created_at >= start, EventRow.id != last)
        found = await session.scalars(query.order_by(EventRow.id).limit(MOST_REPLAYED))
        return list(found)


async def _seen(kind: Any, actor: Actor, identifier: UUID) -> Any:
    async with transaction(actor) as session:
        return await session.get(kind, identifier)


def _told(row: EventRow) -> ServerSentEvent:
    return ServerSentEvent(id=str(row.id), event=row.name, data=row.body)


def _progress(run: JobRun) -> ServerSentEvent:
    data = {"id": str(run.id), "state": run.state, "done": run.done, "total": run.total}
    return ServerSentEvent(event="job", data=data)
