"""The queue in PostgreSQL: a job is put there in the caller's transaction, or not at all."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from procrastinate import App, PsycopgConnector
from procrastinate.schema import SchemaManager
from psycopg import AsyncConnection
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.server.actor import Role
from renkei.server.db import actor_of

# Tasks are registered here; a worker opens a copy of it on the database.
QUEUE = App(connector=PsycopgConnector())
CHANNEL = "renkei"


@dataclass(frozen=True, slots=True)
class Cause:
    """For whom a job runs, so that what it causes stays visible to them."""

    actor_id: str
    organisation_id: UUID | None
    site_id: UUID | None


CAUSE: ContextVar[Cause | None] = ContextVar("cause", default=None)


def cause_of(session: AsyncSession) -> Cause:
    """Return who set off what happens in this session: the actor, or whom the job runs for."""
    actor = actor_of(session)
    cause = CAUSE.get()
    if actor.role is Role.SYSTEM and cause is not None:
        return cause
    return Cause(actor.id, actor.organisation, actor.site)


async def enqueue(session: AsyncSession, task: str, *, delay: float = 0.0, **arguments: str) -> int:
    """Put a task into the queue within the session's transaction; return its number."""
    connection = await driver(session)
    if delay >= 1:
        later: Any = {"seconds": int(delay)}
        deferrer = QUEUE.configure_task(task, connection=connection, schedule_in=later)
    else:
        deferrer = QUEUE.configure_task(task, connection=connection)
    return await deferrer.defer_async(**arguments)


async def driver(session: AsyncSession) -> AsyncConnection:
    """Return the psycopg connection under the session."""
    connection = await (await session.connection()).get_raw_connection()
    found = connection.driver_connection
    if not isinstance(found, AsyncConnection):
        raise TypeError("The session is not on psycopg.")
    return found


async def notify(session: AsyncSession, message: str) -> None:
    """Tell every listening process, once the transaction is committed."""
    await session.execute(
        text("SELECT pg_notify(:channel, :message)"), {"channel": CHANNEL, "message": message}
    )


def schema() -> str:
    """Return the SQL of the queue's own tables, for the first migration."""
    return SchemaManager.get_schema()
