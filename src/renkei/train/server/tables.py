"""Training runs, the models they gave, looks at sealed parts, and evaluations."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, false, select, true
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from renkei.publish.server.tables import SEES_ALL, Version
from renkei.server.actor import Actor, Role
from renkei.server.db import Table


class TrainState(StrEnum):
    """waiting → done; why a job failed stands in the job."""

    WAITING = "waiting"
    DONE = "done"


class TrainRun(Table):
    """One training: a recipe with a seed on a frozen version."""

    __tablename__ = "train_run"

    version_id: Mapped[UUID] = mapped_column(ForeignKey(Version.id), index=True)
    recipe: Mapped[str]
    recipe_sha256: Mapped[str]
    seed: Mapped[int]
    structures: Mapped[list[str]]
    by: Mapped[str]
    organisation_id: Mapped[UUID]
    state: Mapped[TrainState] = mapped_column(default=TrainState.WAITING)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the version."""
        return _by_version(cls.version_id, actor)


class Model(Table):
    """A model under its own hash, bound to a version; `recalled_at` if a subject left it."""

    __tablename__ = "model"

    run_id: Mapped[UUID] = mapped_column(ForeignKey(TrainRun.id), unique=True)
    version_id: Mapped[UUID] = mapped_column(ForeignKey(Version.id), index=True)
    recipe: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    facts: Mapped[dict[str, Any]]
    weights_object_id: Mapped[UUID]
    recalled_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the version."""
        return _by_version(cls.version_id, actor)


class Look(Table):
    """One counted look at a sealed test part, written before anything is scored."""

    __tablename__ = "sealed_look"
    __table_args__ = (
        UniqueConstraint("version_id", "family", "number"),
        UniqueConstraint("model_id"),
    )
    append_only: ClassVar[bool] = True

    version_id: Mapped[UUID] = mapped_column(ForeignKey(Version.id))
    model_id: Mapped[UUID] = mapped_column(ForeignKey(Model.id))
    family: Mapped[str]
    number: Mapped[int]
    by: Mapped[str]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the version."""
        return _by_version(cls.version_id, actor)


class Evaluation(Table):
    """The report of a model on one side of its version."""

    __tablename__ = "evaluation"
    __table_args__ = (UniqueConstraint("model_id", "side"),)

    model_id: Mapped[UUID] = mapped_column(ForeignKey(Model.id))
    version_id: Mapped[UUID] = mapped_column(ForeignKey(Version.id), index=True)
    side: Mapped[str]
    sha256: Mapped[str]
    report: Mapped[dict[str, Any]]
    looks_left: Mapped[int | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the version."""
        return _by_version(cls.version_id, actor)


def _by_version(column: InstrumentedAttribute[UUID], actor: Actor) -> ColumnElement[bool]:
    if actor.role in SEES_ALL:
        return true()
    if actor.role is not Role.HOSPITAL:
        return false()
    return column.in_(select(Version.id).where(Version.visible_to(actor)))
