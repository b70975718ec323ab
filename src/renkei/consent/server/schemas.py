"""What the routes of consent take and give."""

import datetime as dt
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from renkei.consent.allow import Basis, Reason, Use
from renkei.consent.server.tables import RecallKind, RecallState
from renkei.server.web import In, Out

Text = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Duo = Annotated[int, Field(ge=0, le=9_999_999)]
Words = Annotated[list[Word], Field(max_length=50)]


class ApprovalIn(In):
    """An ethics committee's approval; no modality listed means every modality."""

    committee: Text
    number: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    title: Text
    modalities: Words = Field(default_factory=list)
    data_types: Words
    purposes: Annotated[list[Use], Field(min_length=1, max_length=10)]
    sites: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    commercial: bool
    expires: dt.date


class ApprovalOut(Out):
    """An ethics committee's approval."""

    id: UUID
    created_at: datetime
    committee: str
    number: str
    title: str
    modalities: list[str]
    data_types: list[str]
    purposes: list[str]
    sites: list[str]
    commercial: bool
    expires: dt.date


class AgreementIn(In):
    """A contract; `uses` are numbers of DUO codes, the share is in basis points."""

    site_id: UUID
    number: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    uses: Annotated[list[Duo], Field(min_length=1, max_length=30)]
    commercial: bool
    fee_share_bp: Annotated[int, Field(ge=0, le=10_000)]
    starts: dt.date
    ends: dt.date


class AgreementOut(Out):
    """A contract."""

    id: UUID
    created_at: datetime
    site_id: UUID
    number: str
    uses: list[int]
    commercial: bool
    fee_share_bp: int
    starts: dt.date
    ends: dt.date


class ConsentOut(Out):
    """What one person agreed to."""

    id: UUID
    created_at: datetime
    subject_id: UUID
    site_id: UUID
    approval_id: UUID | None
    agreement_id: UUID | None
    basis: Basis
    version: str
    commercial: bool
    data_types: list[str]
    date_ok: bool
    in_approval_period: bool
    in_opt_out_window: bool
    adult: bool


class DecisionOut(Out):
    """The answer to a question of use; allowed exactly when there is no reason against it."""

    allowed: bool
    reasons: list[Reason]


class RecallIn(In):
    """Whose data is taken back, and why."""

    subject_id: UUID
    kind: RecallKind
    reason: Text


class PreviewOut(Out):
    """What a recall would touch, by folder."""

    found: dict[str, dict[str, int]]


class EffectOut(Out):
    """What one folder did."""

    folder: str
    what: str
    count: int


class RecallOut(Out):
    """A recall."""

    id: UUID
    created_at: datetime
    subject_id: UUID
    site_id: UUID
    kind: RecallKind
    reason: str
    state: RecallState
    certified_at: datetime | None


class RecallDetailOut(RecallOut):
    """A recall with what was found, what was done, who is still at work, and the certificate."""

    preview: dict[str, Any]
    effects: list[EffectOut]
    waiting: list[str]
    certificate: str | None
