"""Tables about readers: what they may read, how they did on hidden cases, what they report."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, false, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from renkei.annotate.server.sight import PLATFORM
from renkei.annotate.unexpected import Urgency
from renkei.people.server.tables import User, own
from renkei.server.actor import Actor, Role
from renkei.server.db import Table
from renkei.subjects.server.tables import Site, Subject


class Credential(Table):
    """What a reader may read; an empty list of `groups` means every label.

    `sites` are the hospitals whose patients the reader treats: never given to them. `paused_at`
    stops new cases, not what is begun.
    """

    __tablename__ = "reader_credential"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), unique=True)
    modalities: Mapped[list[str]]
    groups: Mapped[list[str]]
    languages: Mapped[list[str]]
    sites: Mapped[list[str]]
    valid_until: Mapped[datetime | None] = mapped_column(default=None)
    most_open: Mapped[int] = mapped_column(default=50)
    paused_at: Mapped[datetime | None] = mapped_column(default=None)
    paused_why: Mapped[str | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show readers their own, who hands out every one."""
        if actor.role in PLATFORM:
            return true()
        return own(cls.user_id, actor) if actor.role is Role.READER else false()


class GoldResult(Table):
    """How a reader did on a hidden case whose labels are known."""

    __tablename__ = "gold_result"
    __table_args__ = (UniqueConstraint("task_id", "user_id"),)

    task_id: Mapped[UUID] = mapped_column(ForeignKey("annotate_task.id"))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    vocabulary: Mapped[str]
    passed: Mapped[bool]
    arm: Mapped[str]
    results: Mapped[dict[str, Any]] = mapped_column(JSONB)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to who hands out; a reader must not learn which case it was."""
        return true() if actor.role in PLATFORM else false()


class Unexpected(Table):
    """A finding that matters for the patient, on its way to the hospital by pseudonym."""

    __tablename__ = "unexpected_finding"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("annotate_task.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    pseudonym: Mapped[str]
    urgency: Mapped[Urgency]
    text: Mapped[str]
    received_at: Mapped[datetime | None] = mapped_column(default=None)
    received_by: Mapped[UUID | None] = mapped_column(default=None)
    answer: Mapped[str | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to the hospital whose patient it is, to who raised it, to who hands out."""
        if actor.role in PLATFORM:
            return true()
        hospital = actor.role is Role.HOSPITAL
        mine = cls.user_id == UUID(actor.id) if actor.role is Role.READER else false()
        return cls.site_id == actor.site if hospital else mine
