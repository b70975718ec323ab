"""Recipes as they were used, the machine's verdicts, and what people decided instead."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, false, true
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from renkei.select.duplicates import Kind
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

    `current` marks the newest verdict of its case. `by` is "machine". `facts` are what was known
    beside the pixels when it was judged. `over_quota` sets an accepted case aside.
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
    facts: Mapped[dict[str, Any]] = mapped_column(insert_default=dict, default_factory=dict)
    grades: Mapped[dict[str, Any]] = mapped_column(insert_default=dict, default_factory=dict)
    over_quota: Mapped[bool] = mapped_column(default=False)
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


class Fingerprint(Table):
    """What a case looks like: packed hashes of its slices, see `renkei.select.prints`."""

    __tablename__ = "fingerprint"

    case_id: Mapped[UUID] = mapped_column(unique=True)
    kind: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    own: Mapped[bytes]
    views: Mapped[bytes] = mapped_column(deferred=True)
    digests: Mapped[bytes] = mapped_column(deferred=True)
    rows: Mapped[int]
    columns: Mapped[int]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to nobody but the platform itself."""
        return true() if actor.role is Role.SYSTEM else false()


class DuplicateState(StrEnum):
    """open → confirmed or dismissed by a person."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


class Duplicate(Table):
    """Two cases of two subjects that hold the same images; `second` arrived later.

    `share`, `bits` and `how` are as in `renkei.select.near.Match`.
    """

    __tablename__ = "duplicate"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    first_id: Mapped[UUID]
    second_id: Mapped[UUID] = mapped_column(index=True)
    first_subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    second_subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    first_site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id))
    second_site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id))
    kind: Mapped[Kind]
    across_sites: Mapped[bool]
    share: Mapped[float]
    bits: Mapped[float]
    how: Mapped[list[str]]
    state: Mapped[DuplicateState] = mapped_column(default=DuplicateState.OPEN, index=True)
    reason: Mapped[str | None] = mapped_column(default=None)
    by: Mapped[str | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a pair within one hospital to it; one across hospitals to neither."""
        own = _by_site(cls.first_site_id, actor), _by_site(cls.second_site_id, actor)
        return own[0] & own[1]


class Review(Table):
    """A person's first answer on a case, given without seeing anybody else's; it never changes.

    `reason` is a code. `seconds` is how long the case was looked at.
    """

    __tablename__ = "case_review"
    __table_args__ = (UniqueConstraint("case_id", "by"),)

    case_id: Mapped[UUID]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    outcome: Mapped[Outcome]
    reason: Mapped[str]
    seconds: Mapped[float]
    by: Mapped[str]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to the platform's people; routes give nobody another person's answer."""
        return true() if actor.role in EVERYTHING else false()


class Cohort(Table):
    """Cases under a name, as a filter found them at one time; it never changes.

    `counts` are patients by axis (sex, age_band, site, model) and group.
    """

    __tablename__ = "cohort"

    name: Mapped[str] = mapped_column(unique=True)
    standing: Mapped[Outcome]
    modality: Mapped[str | None]
    recipe_sha256: Mapped[str]
    case_ids: Mapped[list[str]]
    patients: Mapped[int]
    counts: Mapped[dict[str, Any]]
    by: Mapped[str]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to the platform's people: it spans hospitals."""
        return true() if actor.role in EVERYTHING else false()


def _by_site(column: InstrumentedAttribute[UUID], actor: Actor) -> ColumnElement[bool]:
    if actor.role in EVERYTHING:
        return true()
    return column == actor.site if actor.role is Role.HOSPITAL else false()
