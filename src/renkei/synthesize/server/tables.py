"""Synthetic sets and their cases, each under the key of the subject it was made from."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, false, select, true
from sqlalchemy.orm import Mapped, mapped_column

from renkei.publish.server.tables import SEES_ALL, Version, VersionCase
from renkei.server.actor import Actor, Role
from renkei.server.db import Big, Table
from renkei.subjects.server.tables import Subject


class SetState(StrEnum):
    """waiting → passed | refused | invalid; only what passed its gate is a product."""

    WAITING = "waiting"
    PASSED = "passed"
    REFUSED = "refused"
    INVALID = "invalid"


class SyntheticSet(Table):
    """A set of synthetic cases with everything that decides it, and how its gate ended."""

    __tablename__ = "synthetic_set"

    version_id: Mapped[UUID] = mapped_column(ForeignKey(Version.id), index=True)
    generator: Mapped[str]
    params: Mapped[dict[str, Any]]
    params_sha256: Mapped[str]
    organ: Mapped[str]
    seed: Mapped[int] = mapped_column(Big)
    wished: Mapped[int]
    by: Mapped[str]
    state: Mapped[SetState] = mapped_column(default=SetState.WAITING)
    made: Mapped[int | None] = mapped_column(default=None)
    sha256: Mapped[str | None] = mapped_column(default=None)
    document: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    recalled_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital the sets that were made from its cases."""
        if actor.role in SEES_ALL:
            return true()
        if actor.role is not Role.HOSPITAL:
            return false()
        return cls.id.in_(select(SyntheticCase.set_id).where(SyntheticCase.visible_to(actor)))


class SyntheticCase(Table):
    """One synthetic case; subject and site are its parent's, whose recall takes it along."""

    __tablename__ = "synthetic_case"
    __table_args__ = (UniqueConstraint("set_id", "name"),)

    set_id: Mapped[UUID] = mapped_column(ForeignKey(SyntheticSet.id), index=True)
    parent_id: Mapped[UUID] = mapped_column(ForeignKey(VersionCase.id))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(index=True)
    name: Mapped[str]
    seed: Mapped[int] = mapped_column(Big)
    image_object_id: Mapped[UUID]
    image_sha256: Mapped[str]
    label_object_id: Mapped[UUID]
    label_sha256: Mapped[str]
    facts: Mapped[dict[str, Any]]
    lesions: Mapped[list[dict[str, Any]]]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital what was made from its own cases."""
        if actor.role in SEES_ALL:
            return true()
        if actor.role is not Role.HOSPITAL or actor.site is None:
            return false()
        return cls.site_id == actor.site
