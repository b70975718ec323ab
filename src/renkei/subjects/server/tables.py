"""The facts: site, subject, study, series, instance, rendition, slide, record; who may see them.

Every row carries its site and its subject, so that rights and recalls need no join.
"""

import datetime as dt
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    UniqueConstraint,
    desc,
    false,
    func,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from renkei.people.server.tables import Organisation, User
from renkei.server.actor import Actor, Role
from renkei.server.db import Table

EVERYTHING = frozenset({Role.OPERATOR, Role.CURATOR, Role.SYSTEM})


class Source(StrEnum):
    """What a series' files are."""

    DICOM = "dicom"
    NIFTI = "nifti"


class RecordKind(StrEnum):
    """What a record is."""

    TABLE = "table"
    FHIR = "fhir"
    VCF = "vcf"
    MAF = "maf"
    REPORT = "report"
    LABEL = "label"


class Site(Table):
    """A hospital as a source of data; its id is that of its organisation."""

    __tablename__ = "site"

    id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    country: Mapped[str] = mapped_column(default="JP")
    region: Mapped[str | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show each hospital itself, to the platform's people all."""
        return _by_site(cls.id, actor)


class Subject(Table):
    """A person under the pseudonym that the hospital gave; `made` marks a case made in code."""

    __tablename__ = "subject"
    __table_args__ = (UniqueConstraint("site_id", "pseudonym"),)

    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    pseudonym: Mapped[str] = mapped_column(index=True)
    sex: Mapped[str | None] = mapped_column(default=None)
    age: Mapped[int | None] = mapped_column(default=None)
    year: Mapped[int | None] = mapped_column(default=None)
    made: Mapped[bool] = mapped_column(default=False)
    withdrawn_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show own subjects to a hospital, to the platform's people all."""
        return _by_site(cls.site_id, actor)


class Study(Table):
    """One examination; dates are shifted by whole weeks at the hospital."""

    __tablename__ = "study"
    __table_args__ = (
        UniqueConstraint("site_id", "study_uid"),
        Index("ix_study_newest", desc("date"), "id"),
        Index("ix_study_uid", "study_uid"),
    )

    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    study_uid: Mapped[str]
    date: Mapped[dt.date | None] = mapped_column(default=None)
    description: Mapped[str | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show own studies to a hospital; to a reader those with a series in a granted task."""
        if actor.role is Role.READER:
            return cls.id.in_(select(Series.study_id).where(Series.visible_to(actor)))
        return _by_site(cls.site_id, actor)


class Series(Table):
    """One run of a scanner, or one NIfTI file."""

    __tablename__ = "series"
    __table_args__ = (
        UniqueConstraint("site_id", "series_uid"),
        Index("ix_series_uid", "series_uid"),
    )

    study_id: Mapped[UUID] = mapped_column(ForeignKey(Study.id), index=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    series_uid: Mapped[str]
    modality: Mapped[str]
    body_part: Mapped[str | None] = mapped_column(default=None)
    description: Mapped[str | None] = mapped_column(default=None)
    frame_of_reference_uid: Mapped[str | None] = mapped_column(default=None)
    kernel: Mapped[str | None] = mapped_column(default=None)
    thickness_mm: Mapped[float | None] = mapped_column(default=None)
    manufacturer: Mapped[str | None] = mapped_column(default=None)
    model: Mapped[str | None] = mapped_column(default=None)
    source: Mapped[Source] = mapped_column(default=Source.DICOM)
    synthetic: Mapped[bool] = mapped_column(default=False)
    instances: Mapped[int] = mapped_column(default=0)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show own series to a hospital, to a reader what a task grants."""
        if actor.role is Role.READER:
            return cls.id.in_(_granted(Grant.series_id, actor))
        return _by_site(cls.site_id, actor)


class Instance(Table):
    """One object of a series; a NIfTI series has one without a SOP class."""

    __tablename__ = "instance"
    __table_args__ = (
        UniqueConstraint("site_id", "sop_uid"),
        Index("ix_instance_in_order", "series_id", "number", "sop_uid"),
        Index("ix_instance_uid", "sop_uid"),
    )

    series_id: Mapped[UUID] = mapped_column(ForeignKey(Series.id))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    sop_uid: Mapped[str]
    sop_class_uid: Mapped[str | None] = mapped_column(default=None)
    number: Mapped[int | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the series."""
        if actor.role is Role.READER:
            return cls.series_id.in_(_granted(Grant.series_id, actor))
        return _by_site(cls.site_id, actor)


class Rendition(Table):
    """The bytes of an instance in one encoding; `pixel_sha256` covers its decoded frames.

    `header_sha256` covers what else changes its meaning; None where nobody compared it. Of several
    the first that arrived counts, unless a person chose another (`chosen_at`), so that the answer
    does not change by itself.
    """

    __tablename__ = "rendition"
    __table_args__ = (UniqueConstraint("instance_id", "sha256"),)

    instance_id: Mapped[UUID] = mapped_column(ForeignKey(Instance.id), index=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    sha256: Mapped[str] = mapped_column(index=True)
    object_id: Mapped[UUID]
    transfer_syntax: Mapped[str]
    pixel_sha256: Mapped[str | None] = mapped_column(default=None)
    header_sha256: Mapped[str | None] = mapped_column(default=None)
    chosen_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def by_choice(cls) -> tuple[ColumnElement[Any], ...]:
        """Return the order in which renditions of one instance count."""
        return cls.chosen_at.desc().nulls_last(), cls.id.asc()

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the instance."""
        if actor.role is Role.READER:
            granted = _granted(Grant.series_id, actor)
            return cls.instance_id.in_(select(Instance.id).where(Instance.series_id.in_(granted)))
        return _by_site(cls.site_id, actor)


class Slide(Table):
    """A whole-slide image; width and height in pixels of level 0, mpp in µm per pixel."""

    __tablename__ = "slide"
    __table_args__ = (UniqueConstraint("subject_id", "sha256"),)

    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    sha256: Mapped[str]
    object_id: Mapped[UUID]
    width: Mapped[int]
    height: Mapped[int]
    mpp: Mapped[float | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show own slides to a hospital, to a reader what a task grants."""
        if actor.role is Role.READER:
            return cls.id.in_(_granted(Grant.slide_id, actor))
        return _by_site(cls.site_id, actor)


class Record(Table):
    """A table row, FHIR resource set, gene file, report or label that came with the images.

    Small content stands in `data`, files in storage; `refers` is the sender's pointer, such as
    {"series_uid": …} or {"sha256": …} of a slide; `format` says how a label or file is written.
    A `gene_code` counts as an individual identification code: it is read by a right of its own.
    """

    __tablename__ = "record"
    __table_args__ = (UniqueConstraint("subject_id", "kind", "sha256"),)

    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    kind: Mapped[RecordKind]
    format: Mapped[str]
    sha256: Mapped[str]
    date: Mapped[dt.date | None] = mapped_column(default=None)
    data: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    object_id: Mapped[UUID | None] = mapped_column(default=None)
    refers: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    gene_code: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show own records to a hospital, to the platform's people all."""
        return _by_site(cls.site_id, actor)


class ColumnTemplate(Table):
    """How a hospital's tables of one header are to be read; `layout` is the header's digest."""

    __tablename__ = "column_template"
    __table_args__ = (UniqueConstraint("site_id", "layout"),)

    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    layout: Mapped[str]
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    saved_by: Mapped[str]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show own templates to a hospital, to the platform's people all."""
        return _by_site(cls.site_id, actor)


class Grant(Table):
    """A user's right to see one series or slide for a task, until it expires."""

    __tablename__ = "view_grant"
    __table_args__ = (
        UniqueConstraint("user_id", "series_id", "slide_id", postgresql_nulls_not_distinct=True),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    expires_at: Mapped[datetime]
    series_id: Mapped[UUID | None] = mapped_column(ForeignKey(Series.id), default=None, index=True)
    slide_id: Mapped[UUID | None] = mapped_column(ForeignKey(Slide.id), default=None, index=True)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a reader the own grants, to the platform's people all."""
        if actor.role in EVERYTHING:
            return true()
        return cls.user_id == UUID(actor.id) if actor.role is Role.READER else false()


def _by_site(column: InstrumentedAttribute[UUID], actor: Actor) -> ColumnElement[bool]:
    if actor.role in EVERYTHING:
        return true()
    return column == actor.site if actor.role is Role.HOSPITAL else false()


def _granted(column: InstrumentedAttribute[UUID | None], actor: Actor) -> Any:
    mine = (Grant.user_id == UUID(actor.id), Grant.expires_at > func.now(), column.is_not(None))
    return select(column).where(*mine)
