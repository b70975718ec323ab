"""Audit: a plain row in the transaction of what it tells; sealed into a signed tree afterwards."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, Index, false, insert, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from renkei.server import telemetry
from renkei.server.actor import Actor, Role
from renkei.server.db import Table, actor_of


class AuditRow(Table):
    """Who did what to which row, when, why, and under which trace."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_created_at", "created_at"),)
    append_only: ClassVar[bool] = True

    action: Mapped[str] = mapped_column(index=True)
    actor_id: Mapped[str] = mapped_column(index=True)
    role: Mapped[Role]
    organisation_id: Mapped[UUID | None]
    table_name: Mapped[str]
    row_id: Mapped[UUID] = mapped_column(index=True)
    site_id: Mapped[UUID | None] = mapped_column(index=True)
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    why: Mapped[str | None]
    trace_id: Mapped[str | None]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital what was done with its rows; others see nothing of the audit."""
        if actor.role in {Role.SYSTEM, Role.OPERATOR, Role.CURATOR}:
            return true()
        return cls.site_id == actor.site if actor.role is Role.HOSPITAL else false()


async def record(
    session: AsyncSession, action: str, row: Table, *, why: str | None = None
) -> AuditRow:
    """Write down `<folder>.<verb>` on a row, in the transaction that does it."""
    session.add(row)
    if row in session.new:
        await session.flush()
    entry = AuditRow(**_entry(actor_of(session), action, row, why))
    session.add(entry)
    return entry


async def record_many(session: AsyncSession, action: str, rows: Sequence[Table]) -> None:
    """Write down `<folder>.<verb>` on rows that are already in the database, in one statement."""
    if rows:
        actor = actor_of(session)
        await session.execute(
            insert(AuditRow).values([_entry(actor, action, row, None) for row in rows])
        )


def _entry(actor: Actor, action: str, row: Table, why: str | None) -> dict[str, Any]:
    return {
        "action": action,
        "actor_id": actor.id,
        "role": actor.role,
        "organisation_id": actor.organisation,
        "table_name": row.__tablename__,
        "row_id": row.id,
        "site_id": getattr(row, "site_id", None) or actor.site,
        "subject_id": getattr(row, "subject_id", None),
        "why": why,
        "trace_id": telemetry.trace_id(),
    }
