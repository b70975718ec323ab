"""Events: a step announces in its own transaction; later steps listen, one job each."""

import typing
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from renkei.errors import NotFoundError
from renkei.server.actor import Actor, Role, system
from renkei.server.db import Table, transaction
from renkei.server.jobs import JOBS, Job, defer
from renkei.server.jsonable import plain, restore
from renkei.server.queue import QUEUE, cause_of, enqueue, notify

DISPATCH_TASK = "renkei.dispatch"


@dataclass(frozen=True)
class Event:
    """Something that happened; fields are UUIDs, text, numbers and dates, never a patient's."""


E = TypeVar("E", bound=Event)
# A job is registered with the type of its one argument erased: the queue carries the event's id.
Listener = Callable[[E], Awaitable[None]]


class EventRow(Table):
    """An event as it is kept, replayed and streamed."""

    __tablename__ = "event"

    name: Mapped[str] = mapped_column(index=True)
    body: Mapped[dict[str, Any]]
    actor_id: Mapped[str]
    organisation_id: Mapped[UUID | None] = mapped_column(default=None)
    site_id: Mapped[UUID | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show an event to whoever set it off, to their hospital, and to the platform's people."""
        if actor.role in {Role.SYSTEM, Role.OPERATOR, Role.CURATOR}:
            return true()
        own = cls.actor_id == actor.id
        return or_(own, cls.site_id == actor.site) if actor.role is Role.HOSPITAL else own


class EventJob(Table):
    """The one job of a listener for an event; the constraint makes dispatch repeatable."""

    __tablename__ = "event_job"
    __table_args__ = (UniqueConstraint("event_id", "listener"),)

    event_id: Mapped[UUID] = mapped_column(ForeignKey(EventRow.id))
    listener: Mapped[str]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the event."""
        return cls.event_id.in_(select(EventRow.id).where(EventRow.visible_to(actor)))


@dataclass(frozen=True, slots=True)
class Listening:
    """A listener's event class and the job that calls it."""

    event: type[Event]
    job: Job[Any]


LISTENERS: dict[str, Listening] = {}


def on(event: type[E], *, seconds: float = 60.0) -> Callable[[Listener[E]], Listener[E]]:
    """Call an idempotent function with each `event`, in a job of its own."""

    def register(function: Listener[E]) -> Listener[E]:
        async def call(event_id: UUID) -> None:
            async with transaction(system("event for a listener")) as session:
                row = await session.get_one(EventRow, event_id)
            await function(parse(event, row.body))

        name = f"{function.__module__.removeprefix('renkei.')}.{function.__name__}"
        JOBS[name] = Job(name, call, seconds, retries=5)
        LISTENERS[name] = Listening(event, JOBS[name])
        return function

    return register


async def emit(session: AsyncSession, event: Event, *, site_id: UUID | None = None) -> EventRow:
    """Write the event and its dispatch into the session's transaction.

    It is streamed to the actor's hospital, or to `site_id`, or to the event's own `site_id`.
    """
    cause = cause_of(session)
    row = EventRow(
        name=type(event).__name__,
        body={f.name: plain(getattr(event, f.name)) for f in fields(event)},
        actor_id=cause.actor_id,
        organisation_id=cause.organisation_id,
        site_id=site_id or getattr(event, "site_id", None) or cause.site_id,
    )
    session.add(row)
    await session.flush()
    await enqueue(session, DISPATCH_TASK, event_id=str(row.id))
    await notify(session, f"event {row.id}")
    return row


@QUEUE.task(name=DISPATCH_TASK, retry=10)
async def dispatch(event_id: str) -> None:
    """Give each listener of the event its job; a second run gives none."""
    async with transaction(system("dispatch of events")) as session:
        row = await session.get(EventRow, UUID(event_id))
        if row is None:
            return
        for name, listening in sorted(LISTENERS.items()):
            if listening.event.__name__ == row.name:
                await _defer_once(session, row, name)


async def _defer_once(session: AsyncSession, row: EventRow, listener: str) -> None:
    values = insert(EventJob).values(event_id=row.id, listener=listener)
    fresh = await session.scalar(values.on_conflict_do_nothing().returning(EventJob.id))
    if fresh is not None:
        run = await defer(session, listener, event_id=row.id)
        run.actor_id, run.organisation_id = row.actor_id, row.organisation_id
        run.site_id = row.site_id


async def replay(session: AsyncSession, *, event_id: UUID, listener: str) -> None:
    """Call a listener again with an event, for instance one that was added later.

    Raises:
        NotFoundError: There is no such event or listener.
    """
    row = await session.get(EventRow, event_id)
    if row is None or listener not in LISTENERS:
        raise NotFoundError("There is no such event or listener; check both names.")
    once = insert(EventJob).values(event_id=row.id, listener=listener)
    await session.execute(once.on_conflict_do_nothing())
    await defer(session, listener, event_id=row.id)


def parse(event: type[E], body: dict[str, Any]) -> E:
    """Return the event that a row keeps."""
    hints = typing.get_type_hints(event)
    known = {f.name for f in fields(event)}
    return event(**{k: restore(hints[k], v) for k, v in body.items() if k in known})
