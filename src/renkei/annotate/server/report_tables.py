"""Tables of reading reports: facts and two texts, and the signatures and addenda over them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, false, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from renkei.annotate.reports.seal import Part
from renkei.annotate.reports.status import ReportState
from renkei.annotate.server.sight import PLATFORM, in_review
from renkei.people.server.tables import User
from renkei.server.actor import Actor, Role
from renkei.server.db import Table
from renkei.subjects.server.tables import Site, Subject


class _OfReport(Table):
    __abstract__ = True

    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("annotate_task.id"), index=True)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to everybody in the task, a hospital its own."""
        if actor.role in PLATFORM:
            return true()
        if actor.role is Role.HOSPITAL:
            return cls.site_id == actor.site
        return in_review(cls.task_id, actor) if actor.role is Role.READER else false()


class Report(_OfReport):
    """A reading report in two languages over measured facts.

    `confirmed` are the sections that the author has read, `certainty` and `links` (to the prior's
    lesions) what a person said of lesions by their names.
    """

    __tablename__ = "annotate_report"

    label_id: Mapped[UUID] = mapped_column(ForeignKey("label_version.id"))
    facts: Mapped[dict[str, Any]]
    text_ja: Mapped[str]
    text_en: Mapped[str]
    problems: Mapped[list[dict[str, Any]]]
    author_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    confirmed: Mapped[list[str]] = mapped_column(default_factory=list)
    certainty: Mapped[dict[str, Any]] = mapped_column(JSONB, default_factory=dict)
    links: Mapped[dict[str, Any]] = mapped_column(JSONB, default_factory=dict)
    recommendation: Mapped[str] = mapped_column(default="")
    prior_id: Mapped[UUID | None] = mapped_column(default=None)
    state: Mapped[ReportState] = mapped_column(default=ReportState.DRAFT)
    revision: Mapped[int] = mapped_column(default=1)
    signer_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), default=None)
    signed_at: Mapped[datetime | None] = mapped_column(default=None)
    override: Mapped[str | None] = mapped_column(default=None)
    reason: Mapped[str | None] = mapped_column(default=None)
    sha256: Mapped[str | None] = mapped_column(default=None)


class ReportSignature(_OfReport):
    """A signed note over a report, chained to the one before; an addendum brings its own texts."""

    __tablename__ = "annotate_report_signature"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    report_id: Mapped[UUID] = mapped_column(ForeignKey(Report.id), index=True)
    number: Mapped[int]
    part: Mapped[Part]
    signer_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    note: Mapped[str]
    text_ja: Mapped[str] = mapped_column(default="")
    text_en: Mapped[str] = mapped_column(default="")
