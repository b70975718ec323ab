"""What allows a use: ethics approval, agreement, the person's consent; and recalls of it."""

import datetime as dt
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, false, select, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from renkei.consent.allow import Basis
from renkei.people.server.tables import Organisation
from renkei.server.actor import Actor, Role
from renkei.server.db import Table
from renkei.subjects.server.tables import EVERYTHING, Site, Subject


class RecallKind(StrEnum):
    """Why data is taken back."""

    WITHDRAWAL = "withdrawal"
    LEAK = "leak"


class RecallState(StrEnum):
    """Where a recall stands: acting until every folder has reported, then certified."""

    ACTING = "acting"
    CERTIFIED = "certified"


class Approval(Table):
    """An ethics committee's approval; `sites` hold site ids as text, `purposes` values of Use."""

    __tablename__ = "approval"

    committee: Mapped[str]
    number: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    modalities: Mapped[list[str]] = mapped_column(JSONB)
    data_types: Mapped[list[str]] = mapped_column(JSONB)
    purposes: Mapped[list[str]] = mapped_column(JSONB)
    sites: Mapped[list[str]] = mapped_column(JSONB)
    commercial: Mapped[bool]
    expires: Mapped[dt.date]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital the approvals that name it."""
        if actor.role in EVERYTHING:
            return true()
        if actor.role is Role.HOSPITAL:
            return cls.sites.contains([str(actor.site)])
        return false()


class Agreement(Table):
    """A hospital's contract: DUO numbers of the uses, and its share of each fee in basis points."""

    __tablename__ = "agreement"

    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    operator_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id))
    number: Mapped[str] = mapped_column(unique=True)
    uses: Mapped[list[int]] = mapped_column(JSONB)
    commercial: Mapped[bool]
    fee_share_bp: Mapped[int]
    starts: Mapped[dt.date]
    ends: Mapped[dt.date]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital its own contracts."""
        if actor.role in EVERYTHING:
            return true()
        return cls.site_id == actor.site if actor.role is Role.HOSPITAL else false()


class Consent(Table):
    """What one person agreed to, as a batch's manifest said; the newest row counts.

    The answers about dates were given at the hospital, before dates were shifted.
    """

    __tablename__ = "consent"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    approval_id: Mapped[UUID | None] = mapped_column(ForeignKey(Approval.id))
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey(Agreement.id))
    basis: Mapped[Basis]
    version: Mapped[str]
    commercial: Mapped[bool]
    data_types: Mapped[list[str]] = mapped_column(JSONB)
    date_ok: Mapped[bool]
    in_approval_period: Mapped[bool]
    in_opt_out_window: Mapped[bool]
    adult: Mapped[bool]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the subject."""
        if actor.role in EVERYTHING:
            return true()
        return cls.site_id == actor.site if actor.role is Role.HOSPITAL else false()


class Recall(Table):
    """A subject's data taken back: what it touched, what was done, and the certificate of it."""

    __tablename__ = "recall"

    subject_id: Mapped[UUID] = mapped_column(ForeignKey(Subject.id), unique=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    kind: Mapped[RecallKind]
    reason: Mapped[str]
    asked_by: Mapped[str]
    preview: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[RecallState] = mapped_column(default=RecallState.ACTING)
    certified_at: Mapped[datetime | None] = mapped_column(default=None)
    certificate: Mapped[str | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the subject."""
        if actor.role in EVERYTHING:
            return true()
        return cls.site_id == actor.site if actor.role is Role.HOSPITAL else false()


class RecallEffect(Table):
    """What one folder did about a recall; a count of 0 says that it looked and found nothing."""

    __tablename__ = "recall_effect"
    __table_args__ = (UniqueConstraint("recall_id", "folder", "what"),)

    recall_id: Mapped[UUID] = mapped_column(ForeignKey(Recall.id), index=True)
    folder: Mapped[str]
    what: Mapped[str]
    count: Mapped[int]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the recall."""
        return cls.recall_id.in_(select(Recall.id).where(Recall.visible_to(actor)))
