"""What the routes of consent take and give."""

import datetime as dt
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from renkei.consent.allow import AgreementKind, Basis, Reason, Use
from renkei.consent.bases import CONSENT_BASIS
from renkei.consent.outcome import Result
from renkei.consent.server.tables import RecallKind, RecallState
from renkei.server.web import In, Out

Text = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Duo = Annotated[int, Field(ge=0, le=9_999_999)]
Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]
Countries = Annotated[list[Country], Field(max_length=60)]
Words = Annotated[list[Word], Field(max_length=50)]


class ScopeIn(In):
    """What an ethics committee approves; no modality or body part listed means every one.

    `countries` are those abroad that data may go to, `gene_codes` says that individual
    identification codes are named, `legal_basis` is a key of the list of legal bases.
    """

    committee: Text
    title: Text
    modalities: Words = Field(default_factory=list)
    data_types: Words
    purposes: Annotated[list[Use], Field(min_length=1, max_length=10)]
    sites: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    commercial: bool
    expires: dt.date
    begins: dt.date | None = None
    body_parts: Words = Field(default_factory=list)
    countries: Countries = Field(default_factory=list)
    gene_codes: bool = False
    legal_basis: Word = CONSENT_BASIS
    plan_title: Text | None = None
    plan_version: Word | None = None
    notice_url: Annotated[str, StringConstraints(pattern=r"^https?://\S{1,500}$")] | None = None
    notice_from: dt.date | None = None
    notice_until: dt.date | None = None


class ApprovalIn(ScopeIn):
    """An ethics committee's approval."""

    number: Annotated[str, StringConstraints(min_length=1, max_length=80)]


class AmendmentIn(In):
    """What a committee changed, on which day; `scope` is the whole scope as it is from now on."""

    decided_on: dt.date
    summary: Text
    scope: ScopeIn


class AmendmentOut(Out):
    """An amendment: each changed field with its value before and after."""

    version: int
    decided_on: dt.date
    summary: str
    changes: dict[str, Any]


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
    begins: dt.date | None
    body_parts: list[str]
    countries: list[str]
    gene_codes: bool
    legal_basis: str
    version: int
    plan_title: str | None
    plan_version: str | None
    notice_url: str | None
    notice_from: dt.date | None
    notice_until: dt.date | None


class AgreementIn(In):
    """A contract; `uses` are numbers of DUO codes, the share is in basis points."""

    site_id: UUID
    number: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    uses: Annotated[list[Duo], Field(min_length=1, max_length=30)]
    commercial: bool
    fee_share_bp: Annotated[int, Field(ge=0, le=10_000)]
    starts: dt.date
    ends: dt.date
    kind: AgreementKind = AgreementKind.PROVISION
    parties: Annotated[list[Text], Field(max_length=20)] = Field(default_factory=list)
    signatories: Annotated[list[Text], Field(max_length=20)] = Field(default_factory=list)
    countries: Countries = Field(default_factory=list)
    gene_codes: bool = False
    retain_until: dt.date | None = None


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
    kind: AgreementKind
    parties: list[str]
    signatories: list[str]
    countries: list[str]
    gene_codes: bool
    retain_until: dt.date | None


class NoticeOut(Out):
    """A warning that an approval or contract ends."""

    id: UUID
    created_at: datetime
    site_id: UUID
    permit_id: UUID
    kind: str
    number: str
    ends: dt.date
    days: int


class LegalBasisOut(Out):
    """A legal basis: what it opens, and where that is written."""

    key: str
    name: str
    name_ja: str
    uses: list[str]
    commercial: bool
    abroad: bool
    recall_per_person: bool
    source: str
    url: str


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
    result: Result
    rule: str
    source: str


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


class WorkspaceIn(In):
    """An agreement of joint research and the approval that it is done under."""

    agreement_id: UUID
    approval_id: UUID


class WorkspaceOut(Out):
    """A workspace in a list."""

    id: UUID
    created_at: datetime
    number: str
    title: str
    expires: dt.date


class InvestigatorIn(In):
    """Somebody of either side."""

    user_id: UUID


class InvestigatorOut(Out):
    """An investigator."""

    user_id: UUID
    name: str
    organisation: str


class NoteIn(In):
    """A short note without anything that tells who a patient is."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    question: bool = False


class AnswerIn(In):
    """An answer without anything that tells who a patient is."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class NoteOut(Out):
    """A note; a question is open until it is answered."""

    id: UUID
    created_at: datetime
    author: str
    text: str
    question: bool
    answer: str | None
    answered_by: str | None
    answered_at: datetime | None


class StepOut(Out):
    """A day that ends something; `days` are left."""

    code: str
    on: dt.date
    days: int


class WorkspaceDetailOut(Out):
    """What both sides of a joint research share."""

    id: UUID
    created_at: datetime
    hospital: str
    agreement: AgreementOut
    approval: ApprovalOut
    investigators: list[InvestigatorOut]
    notes: list[NoteOut]
    steps: list[StepOut]
