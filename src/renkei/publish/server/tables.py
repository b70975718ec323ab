"""Datasets, their versions, the cases of a version, and the products that the market lists."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    DDL,
    ColumnElement,
    ForeignKey,
    UniqueConstraint,
    event,
    false,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from renkei.preprocess.server.tables import PlanRun
from renkei.server.actor import Actor, Role
from renkei.server.db import Big, Table
from renkei.subjects.server.tables import Series, Subject

SEES_ALL = frozenset({Role.CURATOR, Role.OPERATOR, Role.SYSTEM})


class VersionState(StrEnum):
    """A draft may change; a frozen version never does."""

    DRAFT = "draft"
    FROZEN = "frozen"


class ProductKind(StrEnum):
    """What the market can list."""

    DATASET = "dataset"
    MODEL = "model"
    EVALUATION = "evaluation"
    SYNTHETIC_SET = "synthetic_set"


class Dataset(Table):
    """A family of versions under one name; patients keep their side of the split across it."""

    __tablename__ = "dataset"

    name: Mapped[str] = mapped_column(unique=True)
    title_en: Mapped[str]
    title_ja: Mapped[str]
    description: Mapped[str] = mapped_column(default="")

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital the datasets that hold its cases."""
        if actor.role in SEES_ALL:
            return true()
        if actor.role is not Role.HOSPITAL:
            return false()
        return cls.id.in_(select(Version.dataset_id).where(Version.visible_to(actor)))


class Version(Table):
    """A set of cases, first a draft and then frozen under the hash `version_hash`."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("dataset_id", "number"),)

    dataset_id: Mapped[UUID] = mapped_column(ForeignKey(Dataset.id))
    number: Mapped[str]
    # Random, drawn when the draft opens; never derived from the id, never sent to anybody.
    split_key: Mapped[str] = mapped_column(repr=False)
    id_key: Mapped[str] = mapped_column(repr=False)
    shares: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[VersionState] = mapped_column(default=VersionState.DRAFT)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("version.id"), default=None)
    sealed: Mapped[bool] = mapped_column(default=True)
    header: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    root: Mapped[str | None] = mapped_column(default=None)
    version_hash: Mapped[str | None] = mapped_column(default=None, unique=True)
    flow: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    audit: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    representation: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    card: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    frozen_at: Mapped[datetime | None] = mapped_column(default=None)
    frozen_by: Mapped[str | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital the versions that hold its cases; licensees go through the market."""
        if actor.role in SEES_ALL:
            return true()
        if actor.role is not Role.HOSPITAL:
            return false()
        return cls.id.in_(select(VersionCase.version_id).where(VersionCase.visible_to(actor)))


class VersionCase(Table):
    """One processed and signed case of a version: an image, its labels, and whose they are."""

    __tablename__ = "version_case"
    __table_args__ = (UniqueConstraint("version_id", "series_id"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey(Version.id), index=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(index=True)
    series_id: Mapped[UUID] = mapped_column(ForeignKey(Series.id))
    run_id: Mapped[UUID] = mapped_column(ForeignKey(PlanRun.id))
    # One random salt per subject and version: hides the leaf of a subject from guessing.
    salt: Mapped[str] = mapped_column(repr=False)
    # Names that buyers see: derived with the version's id key, so that two sets cannot be joined.
    released_subject: Mapped[str]
    released_case: Mapped[str]
    image_object_id: Mapped[UUID]
    image_sha256: Mapped[str]
    image_size: Mapped[int] = mapped_column(Big)
    # sex, age band, maker, label classes … : what split, card and report group by.
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    signature_id: Mapped[UUID | None] = mapped_column(default=None)
    split: Mapped[str | None] = mapped_column(default=None)
    label_object_id: Mapped[UUID | None] = mapped_column(default=None)
    label_sha256: Mapped[str | None] = mapped_column(default=None)
    label_size: Mapped[int | None] = mapped_column(Big, default=None)
    facts_object_id: Mapped[UUID | None] = mapped_column(default=None)
    made: Mapped[bool] = mapped_column(default=False)
    synthetic: Mapped[bool] = mapped_column(default=False)
    basis: Mapped[dict[str, Any] | None] = mapped_column(JSONB, default=None)
    lines: Mapped[list[Any] | None] = mapped_column(JSONB, default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital its own cases."""
        if actor.role in SEES_ALL:
            return true()
        if actor.role is not Role.HOSPITAL or actor.site is None:
            return false()
        return cls.site_id == actor.site


class VersionRecall(Table):
    """A subject of a frozen version was recalled; the version itself stays as it was."""

    __tablename__ = "version_recall"
    __table_args__ = (UniqueConstraint("version_id", "subject_id"),)

    version_id: Mapped[UUID] = mapped_column(ForeignKey(Version.id), index=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id))
    site_id: Mapped[UUID]
    recall_id: Mapped[UUID]
    released_subject: Mapped[str]
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey(Version.id), default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital the recalls of its own subjects."""
        if actor.role in SEES_ALL:
            return true()
        if actor.role is not Role.HOSPITAL or actor.site is None:
            return false()
        return cls.site_id == actor.site


class Product(Table):
    """Something with a hash of its own that may be listed: a version, a model, a synthetic set."""

    __tablename__ = "product"
    __table_args__ = (UniqueConstraint("kind", "hash"),)

    kind: Mapped[ProductKind]
    name: Mapped[str]
    hash: Mapped[str]
    # The version it is, was trained on, or was made from: whose hospitals are paid.
    version_id: Mapped[UUID] = mapped_column(ForeignKey(Version.id), index=True)
    listable: Mapped[bool] = mapped_column(default=True)
    why_not: Mapped[str | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the version; licensees see what the market lists."""
        if actor.role in SEES_ALL:
            return true()
        return cls.version_id.in_(select(Version.id).where(Version.visible_to(actor)))


# The rule stands in the database too: no code path, present or future, changes a frozen version.
KEEP_FROZEN = """
CREATE OR REPLACE FUNCTION keep_frozen_version() RETURNS trigger AS $$
BEGIN
  IF TG_TABLE_NAME = 'version' THEN
    IF OLD.state = 'frozen' THEN
      RAISE EXCEPTION 'a frozen version never changes' USING ERRCODE = '23001';
    END IF;
  -- What is known of a recalled person is cleared; the lines and hashes of the version stay.
  ELSIF TG_OP = 'UPDATE' AND NEW.facts = '{}'::jsonb
    AND to_jsonb(NEW) - 'facts' = to_jsonb(OLD) - 'facts' THEN
    RETURN NEW;
  ELSIF EXISTS (
    SELECT 1 FROM version
    WHERE state = 'frozen'
      AND id IN (CASE WHEN TG_OP = 'INSERT' THEN NEW.version_id ELSE OLD.version_id END)
  ) THEN
    RAISE EXCEPTION 'a frozen version never changes' USING ERRCODE = '23001';
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql
"""
KEEP_VERSION = """
CREATE TRIGGER keep_frozen BEFORE UPDATE OR DELETE ON version
FOR EACH ROW EXECUTE FUNCTION keep_frozen_version()
"""
KEEP_CASES = """
CREATE TRIGGER keep_frozen BEFORE INSERT OR UPDATE OR DELETE ON version_case
FOR EACH ROW EXECUTE FUNCTION keep_frozen_version()
"""
for _table, _statement in (
    (Version.__table__, KEEP_FROZEN),
    (Version.__table__, KEEP_VERSION),
    (VersionCase.__table__, KEEP_CASES),
):
    event.listen(_table, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
