"""Plans as they were used, and what became of each case that ran through one."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from renkei.server.actor import Actor, Role
from renkei.server.db import Big, Table
from renkei.subjects.server.tables import EVERYTHING, Series, Site, Subject


class RunState(StrEnum):
    """waiting → done | refused | failed; failed may wait again; all may be recalled."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    RECALLED = "recalled"


class Plan(Table):
    """A plan exactly as it was used; `many` are its inputs that stand for a time series."""

    __tablename__ = "plan"

    name: Mapped[str]
    version: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    toml: Mapped[str]
    roles: Mapped[dict[str, str]]
    many: Mapped[list[str]]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show plans to everyone who sees what they made."""
        return false() if actor.role is Role.LICENSEE else true()


class PlanRun(Table):
    """One case through one plan; its key covers everything that decides the bytes.

    `finding` is what the steps' own checks say (accept, review), `code` why it was refused. The
    label is the one signed as `label_source_sha256`. `pair_*` is set by plans for two scans.
    `times` are the scans of a time series, oldest first, which is `series_id`.
    `views` says how the pictures of the run are laid out, and where each layer is stored.
    """

    __tablename__ = "plan_run"
    __table_args__ = (UniqueConstraint("key"),)

    plan_id: Mapped[UUID] = mapped_column(ForeignKey(Plan.id), index=True)
    series_id: Mapped[UUID] = mapped_column(ForeignKey(Series.id), index=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    key: Mapped[str]
    by: Mapped[str]
    state: Mapped[RunState] = mapped_column(default=RunState.WAITING, index=True)
    pair_series_id: Mapped[UUID | None] = mapped_column(
        ForeignKey(Series.id), default=None, index=True
    )
    image_object_id: Mapped[UUID | None] = mapped_column(default=None)
    image_sha256: Mapped[str | None] = mapped_column(default=None, index=True)
    label_object_id: Mapped[UUID | None] = mapped_column(default=None)
    label_sha256: Mapped[str | None] = mapped_column(default=None)
    label_source_sha256: Mapped[str | None] = mapped_column(default=None)
    signature_id: Mapped[UUID | None] = mapped_column(default=None)
    pair_image_object_id: Mapped[UUID | None] = mapped_column(default=None)
    pair_image_sha256: Mapped[str | None] = mapped_column(default=None)
    times: Mapped[list[dict[str, Any]] | None] = mapped_column(default=None)
    views: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    finding: Mapped[str | None] = mapped_column(default=None)
    code: Mapped[str | None] = mapped_column(default=None)
    sentence: Mapped[str | None] = mapped_column(default=None)
    record: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital its own cases, the platform's people all."""
        if actor.role in EVERYTHING:
            return true()
        return cls.site_id == actor.site if actor.role is Role.HOSPITAL else false()


class PlanStep(Table):
    """What a costly step gave for a case, under the key of all that decides it."""

    __tablename__ = "plan_step"
    __table_args__ = (UniqueConstraint("subject_id", "key"),)

    key: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    object_id: Mapped[UUID]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to the platform's people: it is part of no answer."""
        return true() if actor.role in EVERYTHING else false()


class PlanRunFile(Table):
    """A file that a step gave beside the results; `size` is in bytes."""

    __tablename__ = "plan_run_file"
    __table_args__ = (UniqueConstraint("run_id", "name"),)

    run_id: Mapped[UUID] = mapped_column(ForeignKey(PlanRun.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    name: Mapped[str]
    object_id: Mapped[UUID]
    sha256: Mapped[str]
    size: Mapped[int] = mapped_column(Big)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital its own cases, the platform's people all."""
        if actor.role in EVERYTHING:
            return true()
        return cls.site_id == actor.site if actor.role is Role.HOSPITAL else false()
