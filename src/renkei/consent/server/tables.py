"""What allows a use: ethics approval, agreement, the person's consent; and recalls of it."""

import datetime as dt
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, false, select, text, true
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from renkei.consent.allow import AgreementKind, Basis
from renkei.consent.bases import CONSENT_BASIS
from renkei.people.server.tables import Organisation, User, own
from renkei.server.actor import Actor, Role
from renkei.server.db import Table
from renkei.subjects.server.tables import EVERYTHING, Site, Subject


def _words() -> Any:
    return mapped_column(JSONB, default_factory=list, server_default=text("'[]'"))


class RecallKind(StrEnum):
    """Why data is taken back."""

    WITHDRAWAL = "withdrawal"
    LEAK = "leak"


class RecallState(StrEnum):
    """Where a recall stands: acting until every folder has reported, then certified."""

    ACTING = "acting"
    CERTIFIED = "certified"


class Approval(Table):
    """An ethics committee's approval; `sites` hold site ids as text, `purposes` values of Use.

    Empty modalities or body parts mean every one; `countries` are those abroad that data may go
    to; `gene_codes` = it names data that counts as an individual identification code. `version`
    counts the amendments; the row is the scope as it stands.
    """

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
    begins: Mapped[dt.date | None] = mapped_column(default=None)
    body_parts: Mapped[list[str]] = _words()
    countries: Mapped[list[str]] = _words()
    gene_codes: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    legal_basis: Mapped[str] = mapped_column(
        default=CONSENT_BASIS, server_default=text(f"'{CONSENT_BASIS}'")
    )
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    plan_title: Mapped[str | None] = mapped_column(default=None)
    plan_version: Mapped[str | None] = mapped_column(default=None)
    notice_url: Mapped[str | None] = mapped_column(default=None)
    notice_from: Mapped[dt.date | None] = mapped_column(default=None)
    notice_until: Mapped[dt.date | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital the approvals that name it."""
        if actor.role in EVERYTHING:
            return true()
        if actor.role is Role.HOSPITAL:
            return cls.sites.contains([str(actor.site)])
        return false()


class Amendment(Table):
    """What an amendment changed: `changes` hold the field's value before and after."""

    __tablename__ = "approval_amendment"
    __table_args__ = (UniqueConstraint("approval_id", "version"),)
    append_only: ClassVar[bool] = True

    approval_id: Mapped[UUID] = mapped_column(ForeignKey(Approval.id))
    version: Mapped[int]
    decided_on: Mapped[dt.date]
    summary: Mapped[str]
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the approval."""
        return cls.approval_id.in_(select(Approval.id).where(Approval.visible_to(actor)))


class Agreement(Table):
    """A hospital's contract: DUO numbers of the uses, and its share of each fee in basis points.

    `parties` are who signed, `signatories` their people; `countries` are those abroad that data
    may go to; `retain_until` is when what is left must be erased.
    """

    __tablename__ = "agreement"

    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    operator_id: Mapped[UUID] = mapped_column(ForeignKey(Organisation.id))
    number: Mapped[str] = mapped_column(unique=True)
    uses: Mapped[list[int]] = mapped_column(JSONB)
    commercial: Mapped[bool]
    fee_share_bp: Mapped[int]
    starts: Mapped[dt.date]
    ends: Mapped[dt.date]
    kind: Mapped[AgreementKind] = mapped_column(
        default=AgreementKind.PROVISION, server_default=text("'provision'")
    )
    parties: Mapped[list[str]] = _words()
    signatories: Mapped[list[str]] = _words()
    countries: Mapped[list[str]] = _words()
    gene_codes: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    retain_until: Mapped[dt.date | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital its own contracts."""
        if actor.role in EVERYTHING:
            return true()
        return cls.site_id == actor.site if actor.role is Role.HOSPITAL else false()


class Workspace(Table):
    """What both sides of a joint research share: the agreement and the approval it is done under.

    The operator opens it and names the investigators; nobody else but they see it.
    """

    __tablename__ = "workspace"

    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey(Agreement.id), unique=True)
    approval_id: Mapped[UUID] = mapped_column(ForeignKey(Approval.id))

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show it to its investigators and to the operator."""
        mine = select(Investigator.workspace_id).where(Investigator.visible_to(actor))
        return true() if actor.role in {Role.OPERATOR, Role.SYSTEM} else cls.id.in_(mine)


class Investigator(Table):
    """Somebody of either side who works in a workspace."""

    __tablename__ = "investigator"
    __table_args__ = (UniqueConstraint("workspace_id", "user_id"),)

    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id))
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show their own rows to investigators, all to the operator."""
        return true() if actor.role is Role.OPERATOR else own(cls.user_id, actor)


class WorkspaceNote(Table):
    """A short note between the two sides; a question stays open until somebody answers it."""

    __tablename__ = "workspace_note"

    workspace_id: Mapped[UUID] = mapped_column(ForeignKey(Workspace.id), index=True)
    author_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    text: Mapped[str]
    question: Mapped[bool]
    answer: Mapped[str | None] = mapped_column(default=None)
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Follow the workspace."""
        return cls.workspace_id.in_(select(Workspace.id).where(Workspace.visible_to(actor)))


class ExpiryNotice(Table):
    """A warning that an approval or contract ends; one per end, hospital and number of days."""

    __tablename__ = "expiry_notice"
    __table_args__ = (UniqueConstraint("permit_id", "site_id", "ends", "days"),)

    permit_id: Mapped[UUID]
    site_id: Mapped[UUID] = mapped_column(ForeignKey(Site.id), index=True)
    kind: Mapped[str]
    number: Mapped[str]
    ends: Mapped[dt.date]
    days: Mapped[int]

    @classmethod
    def visible_to(cls, actor: Actor) -> ColumnElement[bool]:
        """Show a hospital the warnings that are for it."""
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
