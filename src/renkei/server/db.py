"""The database: tables that know who may see them, and sessions that carry who asks.

Every ORM statement of a session is limited by `visible_to(actor)` of each table that it names.
Core statements on `X.__table__` and `text()` are not: they are for migrations and this folder.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import Enum as PythonEnum
from enum import StrEnum
from typing import Any, ClassVar, cast
from uuid import UUID

from sqlalchemy import URL, BigInteger, ColumnElement, DateTime, Enum, MetaData, func, make_url
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

from renkei.errors import PeerUnreachableError, RenkeiError
from renkei.server.actor import Actor, system
from renkei.server.rights import LimitedSession

# The role that the platform works as; it owns nothing, so triggers and audit rows hold against it.
APP_ROLE = "renkei_app"
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class RightsMissingError(RenkeiError):
    """A table does not say who may see its rows."""


class DatabaseNotOpenError(PeerUnreachableError):
    """Nobody has opened the database in this process."""


def _values(kind: type[PythonEnum]) -> list[str]:
    return [str(member.value) for member in kind]


class Table(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """A row of the platform: a UUIDv7 and the time of its transaction.

    `append_only` takes update and delete from the platform's own role.
    """

    __abstract__ = True
    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        # Member values as text: a native enum would keep names, and the drift check is blind to it.
        StrEnum: Enum(StrEnum, native_enum=False, length=40, values_callable=_values),
        dict[str, Any]: JSONB,
        dict[str, str]: JSONB,
        dict[str, int]: JSONB,
        list[str]: JSONB,
        list[int]: JSONB,
        list[float]: JSONB,
        list[Any]: JSONB,
        list[dict[str, Any]]: JSONB,
    }
    append_only: ClassVar[bool] = False

    # None until the row is flushed.
    id: Mapped[UUID] = mapped_column(
        primary_key=True, server_default=func.uuidv7(), default=None, sort_order=-2
    )
    created_at: Mapped[datetime] = mapped_column(
        server_default=func.now(), init=False, sort_order=-1
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Return the condition under which `actor` may see a row."""
        raise RightsMissingError(f"{cls.__name__} does not say what a {actor.role} may see.")


# For counts of bytes and money, which outgrow 32 bits.
Big = BigInteger


@dataclass(frozen=True, slots=True)
class Engine:
    """An open database; `sessions` makes sessions that need an actor."""

    url: URL
    core: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]

    @classmethod
    def start(cls, url: str | URL, *, size: int = 10) -> "Engine":
        """Open the database as the platform's role, and make it this process' own."""
        as_app = make_url(url).set(drivername="postgresql+psycopg")
        as_app = as_app.update_query_dict({"options": f"--role={APP_ROLE}"})
        core = create_async_engine(
            as_app, pool_pre_ping=True, pool_size=size, max_overflow=size, hide_parameters=True
        )
        engine = cls(as_app, core, session_maker(core))
        use(engine)
        return engine

    async def stop(self) -> None:
        """Close every connection."""
        use(None)
        await self.core.dispose()


def session_maker(bind: Any, **more: Any) -> async_sessionmaker[AsyncSession]:
    """Return the maker of sessions that apply `visible_to`."""
    return async_sessionmaker(
        bind, sync_session_class=LimitedSession, expire_on_commit=False, **more
    )


_current: Engine | None = None


def use(engine: Engine | None) -> None:
    """Make `engine` the one that `transaction` opens."""
    global _current  # noqa: PLW0603  one process, one database
    _current = engine


def current() -> Engine:
    """Return the open database.

    Raises:
        DatabaseNotOpenError: There is none.
    """
    if _current is None:
        raise DatabaseNotOpenError(
            "The database is not open in this process; start it with 'renkei serve' or 'work'."
        )
    return _current


@asynccontextmanager
async def transaction(actor: Actor) -> AsyncIterator[AsyncSession]:
    """Open a session as `actor`; commit at the end, or roll everything back."""
    async with current().sessions(info={"actor": actor}) as session, session.begin():
        yield session


def actor_of(session: AsyncSession) -> Actor:
    """Return who acts in this session."""
    return cast("Actor", session.info["actor"])


@contextmanager
def as_system(session: AsyncSession, reason: str) -> Iterator[None]:
    """Act as the system for what somebody may set off but not read."""
    actor = actor_of(session)
    session.info["actor"] = system(reason)
    try:
        yield
    finally:
        session.info["actor"] = actor
