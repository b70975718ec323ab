"""The outbox of records, the log itself, its checkpoints and key, and what was withdrawn."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DDL, ColumnElement, UniqueConstraint, event, false, true
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from renkei.server.actor import Actor, Role
from renkei.server.db import Big, Table

SEES_ALL = frozenset({Role.CURATOR, Role.OPERATOR, Role.SYSTEM})


class AnchorState(StrEnum):
    """pending → anchored; a ledger that does not answer leaves it pending."""

    PENDING = "pending"
    ANCHORED = "anchored"


class Anchor(Table):
    """A record to be entered: the ledger gets key and commitment, payload and salt stay here.

    `parties` are ids of organisations, as text, that may see it. A recall takes payload and salt
    of what is about the subject; the commitment then ties to nothing.
    """

    __tablename__ = "anchor"

    kind: Mapped[str] = mapped_column(index=True)
    key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    salt: Mapped[str | None] = mapped_column(repr=False)
    commitment: Mapped[str]
    parties: Mapped[list[str]] = mapped_column(JSONB)
    subject_id: Mapped[UUID | None] = mapped_column(default=None, index=True)
    ledger: Mapped[str] = mapped_column(default="embedded")
    state: Mapped[AnchorState] = mapped_column(default=AnchorState.PENDING, index=True)
    index: Mapped[int | None] = mapped_column(Big, default=None)
    anchored_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a record to its parties."""
        if actor.role in SEES_ALL:
            return true()
        if actor.role not in {Role.HOSPITAL, Role.LICENSEE}:
            return false()
        return cls.parties.contains([str(actor.organisation)])


class _Public(Table):
    """Commitments tell nothing, and a log that nobody can read proves nothing."""

    __abstract__ = True
    append_only: ClassVar[bool] = True

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to every user."""
        del actor
        return true()


class LogEntry(_Public):
    """One entry of the embedded log; `index` has no gaps, which a sequence could not promise."""

    __tablename__ = "log_entry"

    index: Mapped[int] = mapped_column(Big, unique=True)
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    commitment: Mapped[str]


class LogNode(_Public):
    """The hash of a full subtree: leaves position·2^level … (position+1)·2^level - 1."""

    __tablename__ = "log_node"
    __table_args__ = (UniqueConstraint("level", "position"),)

    level: Mapped[int]
    position: Mapped[int] = mapped_column(Big)
    hash: Mapped[bytes]


class LogCheckpoint(_Public):
    """A signed state of the log."""

    __tablename__ = "log_checkpoint"

    size: Mapped[int] = mapped_column(Big, unique=True)
    root: Mapped[bytes]
    note: Mapped[str]


class LedgerKey(Table):
    """The key of the checkpoints, wrapped by the platform's key file."""

    __tablename__ = "ledger_key"

    purpose: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    wrapped: Mapped[bytes] = mapped_column(repr=False)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to the platform itself."""
        return true() if actor.role is Role.SYSTEM else false()


class WithdrawnCase(Table):
    """A case of a version whose subject was recalled; its root goes into the signed list."""

    __tablename__ = "withdrawn_case"
    __table_args__ = (UniqueConstraint("version_id", "subject_id"),)

    case_root: Mapped[str] = mapped_column(unique=True)
    version_id: Mapped[UUID] = mapped_column(index=True)
    subject_id: Mapped[UUID] = mapped_column(index=True)
    site_id: Mapped[UUID]
    recall_id: Mapped[UUID]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital the cases of its own subjects."""
        if actor.role in SEES_ALL:
            return true()
        return cls.site_id == actor.site if actor.role is Role.HOSPITAL else false()


# Against a program's mistake; against the owner of the database, checkpoints held by others help.
KEEP_LOG = """
CREATE OR REPLACE FUNCTION keep_log() RETURNS trigger AS $$
BEGIN
  RAISE EXCEPTION 'the log only grows' USING ERRCODE = '23001';
END $$ LANGUAGE plpgsql
"""


def keep_rows(table: str) -> str:
    """Return the trigger that refuses any change of a table's rows."""
    return (
        f"CREATE TRIGGER keep_log BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION keep_log()"
    )


LOG_TABLES = ("log_entry", "log_node", "log_checkpoint")
# What a migration runs after it made the tables.
TRIGGERS = (KEEP_LOG, *(keep_rows(name) for name in LOG_TABLES))

for _table in (LogEntry.__table__, LogNode.__table__, LogCheckpoint.__table__):
    if isinstance(_table, SqlTable):
        event.listen(_table, "after_create", DDL(KEEP_LOG))  # type: ignore[no-untyped-call]
        keep = DDL(keep_rows(_table.name))  # type: ignore[no-untyped-call]
        event.listen(_table, "after_create", keep)
