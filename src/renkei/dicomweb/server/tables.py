"""Roots: what one user may fetch by DICOMweb, for one purpose, until it expires."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    UniqueConstraint,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from renkei.people.server.tables import User
from renkei.server.actor import Actor, Role
from renkei.server.db import Table
from renkei.subjects.server.tables import Series, Slide, Study, Subject


class Purpose(StrEnum):
    """What a root is for; in a task the patient's id is hidden."""

    VIEW = "view"
    TASK = "task"


class Root(Table):
    """A set of images for one user, with an end; `labels` are names that its viewer offers."""

    __tablename__ = "dicomweb_root"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    purpose: Mapped[Purpose]
    secret_sha256: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    labels: Mapped[list[str]] = mapped_column(
        JSONB, default_factory=list, server_default=text("'[]'")
    )

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a root to its holder alone; not even the platform's people borrow one."""
        return true() if actor.role is Role.SYSTEM else cls.user_id == UUID(actor.id)


class RootImage(Table):
    """One series or slide of a root.

    `study_id` is that of a DICOM series, so that studies are found without reading the series.
    """

    __tablename__ = "dicomweb_root_image"
    __table_args__ = (
        CheckConstraint("(series_id IS NULL) <> (slide_id IS NULL)", name="one_image"),
        Index("ix_root_image_study", "root_id", "study_id"),
        Index("ix_root_image_series", "root_id", "series_id"),
    )

    root_id: Mapped[UUID] = mapped_column(ForeignKey(Root.id))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID]
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey(Series.id), default=None, index=True)
    slide_id: Mapped[UUID | None] = mapped_column(ForeignKey(Slide.id), default=None, index=True)
    study_id: Mapped[UUID | None] = mapped_column(ForeignKey(Study.id), default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the root."""
        return cls.root_id.in_(select(Root.id).where(Root.visible_to(actor)))


class RootObject(Table):
    """An object that was made for one root, such as what its holder has drawn, under its aliases.

    A search shows the `current` ones; an older one stays for a viewer that has it open.
    """

    __tablename__ = "dicomweb_root_object"
    __table_args__ = (UniqueConstraint("root_id", "sop_uid"),)

    root_id: Mapped[UUID] = mapped_column(ForeignKey(Root.id), index=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID]
    study_uid: Mapped[str]
    series_uid: Mapped[str]
    sop_uid: Mapped[str]
    sop_class_uid: Mapped[str]
    modality: Mapped[str]
    description: Mapped[str]
    object_id: Mapped[UUID]
    current: Mapped[bool] = mapped_column(default=True)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the root."""
        return cls.root_id.in_(select(Root.id).where(Root.visible_to(actor)))
