"""Recipes as they were used, the machine's verdicts, and what people decided instead."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, false, true
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from renkei.select.verdict import Outcome
from renkei.server.actor import Actor, Role
from renkei.server.db import Table
from renkei.subjects.server.tables import EVERYTHING, Series, Site, Slide, Subject


class KeptRecipe(Table):
    """A recipe exactly as it was used; the newest in force judges what arrives."""

    __tablename__ = "recipe"

    name: Mapped[str]
    version: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    toml: Mapped[str]
    in_force: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show the rules to everyone who sees what they decide."""
        return false() if actor.role is Role.LICENSEE else true()


class Verdict(Table):
    """What a recipe says of one series or slide; `standing` is what holds after people spoke.

    `current` marks the newest verdict of its case. `by` is "machine".
    """

    __tablename__ = "verdict"
    __table_args__ = (
        UniqueConstraint(
            "series_id", "slide_id", "recipe_sha256", postgresql_nulls_not_distinct=True
        ),
    )

    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    recipe_sha256: Mapped[str]
    modality: Mapped[str]
    outcome: Mapped[Outcome]
    standing: Mapped[Outcome] = mapped_column(index=True)
    reasons: Mapped[list[dict[str, Any]]]
    metrics: Mapped[list[dict[str, Any]]]
    stratum: Mapped[dict[str, str]]
    nearest: Mapped[float | None] = mapped_column(default=None)
    current: Mapped[bool] = mapped_column(default=True, index=True)
    by: Mapped[str] = mapped_column(default="machine")
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey(Series.id), default=None, index=True)
    slide_id: Mapped[UUID | None] = mapped_column(ForeignKey(Slide.id), default=None, index=True)
    recalled_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital its own cases, the platform's people all."""
        return _by_site(cls.site_id, actor)


class OverrideState(StrEnum):
    """waiting → standing → replaced or undone; only what was excluded waits for a second person."""

    WAITING = "waiting"
    STANDING = "standing"
    REPLACED = "replaced"
    UNDONE = "undone"


class Override(Table):
    """A person's decision in place of the machine's, with the reason."""

    __tablename__ = "verdict_override"

    verdict_id: Mapped[UUID] = mapped_column(ForeignKey(Verdict.id), index=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    outcome: Mapped[Outcome]
    reason: Mapped[str]
    by: Mapped[str]
    state: Mapped[OverrideState]
    confirmed_by: Mapped[str | None] = mapped_column(default=None)
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the verdict."""
        return _by_site(cls.site_id, actor)


def _by_site(column: InstrumentedAttribute[UUID], actor: Actor) -> ColumnElement[bool]:
    if actor.role in EVERYTHING:
        return true()
    return column == actor.site if actor.role is Role.HOSPITAL else false()
