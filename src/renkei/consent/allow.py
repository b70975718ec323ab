"""Decide whether something may be used for a purpose: facts in, answer with reasons out.

Unknown is refused, with a code. DUO codes by number: 4 no restriction, 6 health or medical
research, 7 disease-specific, 15 no methods development, 18, 45 and 46 no commercial use, 42 general
research, 43 clinical care (https://github.com/EBISPOT/DUO).
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

NO_METHODS = 15
NOT_COMMERCIAL = frozenset({18, 45, 46})
# One of these opens a purpose at all; the others only narrow it.
PERMITTING = frozenset({4, 6, 7, 42})


class Use(StrEnum):
    """What somebody wants to do with the data."""

    INTAKE = "intake"
    FREEZE = "freeze"
    LICENCE = "licence"
    TRAIN = "train"


class Basis(StrEnum):
    """On what a person's data may be held at all; others are not provided for."""

    OPT_IN = "opt_in"
    OPT_OUT = "opt_out"


class Reason(StrEnum):
    """Why not."""

    UNKNOWN_SUBJECT = "unknown_subject"
    WITHDRAWN = "withdrawn"
    NO_CONSENT = "no_consent"
    CONSENT_DATE_INVALID = "consent_date_invalid"
    OUTSIDE_APPROVAL_PERIOD = "outside_approval_period"
    OUTSIDE_OPT_OUT_WINDOW = "outside_opt_out_window"
    CONSENT_DATA_TYPE = "consent_data_type"
    CONSENT_NOT_COMMERCIAL = "consent_not_commercial"
    OPT_OUT_NOT_COMMERCIAL = "opt_out_not_commercial"
    NO_APPROVAL = "no_approval"
    APPROVAL_EXPIRED = "approval_expired"
    APPROVAL_SITE = "approval_site"
    APPROVAL_DATA_TYPE = "approval_data_type"
    APPROVAL_MODALITY = "approval_modality"
    APPROVAL_PURPOSE = "approval_purpose"
    APPROVAL_NOT_COMMERCIAL = "approval_not_commercial"
    NO_AGREEMENT = "no_agreement"
    AGREEMENT_EXPIRED = "agreement_expired"
    AGREEMENT_SITE = "agreement_site"
    AGREEMENT_USE = "agreement_use"
    AGREEMENT_NOT_COMMERCIAL = "agreement_not_commercial"
    AGREEMENT_NO_METHODS = "agreement_no_methods"


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """What one person agreed to; the three answers about dates were given before dates shifted."""

    basis: Basis
    commercial: bool
    data_types: frozenset[str]
    date_ok: bool
    in_approval_period: bool
    in_opt_out_window: bool


@dataclass(frozen=True, slots=True)
class ApprovalFact:
    """What an ethics committee approved; an empty set of modalities means every one."""

    data_types: frozenset[str]
    modalities: frozenset[str]
    purposes: frozenset[Use]
    sites: frozenset[str]
    commercial: bool
    expires: date


@dataclass(frozen=True, slots=True)
class AgreementFact:
    """What the hospital and the operator signed; `uses` are numbers of DUO codes."""

    site: str
    uses: frozenset[int]
    commercial: bool
    starts: date
    ends: date


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything on record about one subject's permission; None = nothing on record."""

    site: str
    withdrawn: bool
    consent: ConsentFact | None
    approval: ApprovalFact | None
    agreement: AgreementFact | None


@dataclass(frozen=True, slots=True)
class Question:
    """May this be used for that, on this day? None leaves data type or modality open."""

    use: Use
    at: date
    commercial: bool = False
    data_type: str | None = None
    modality: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer; it is allowed exactly when there is no reason against it."""

    reasons: tuple[Reason, ...]

    @property
    def allowed(self) -> bool:
        """Tell whether nothing speaks against it."""
        return not self.reasons


def decide(facts: Facts | None, question: Question) -> Decision:
    """Answer with every reason against, in the order person, committee, contract."""
    if facts is None:
        return Decision((Reason.UNKNOWN_SUBJECT,))
    against = [
        *([Reason.WITHDRAWN] if facts.withdrawn else []),
        *_person(facts.consent, question),
        *_committee(facts.approval, facts.site, question),
        *_contract(facts.agreement, facts.site, question),
    ]
    return Decision(tuple(against))


def _person(consent: ConsentFact | None, question: Question) -> list[Reason]:
    if consent is None:
        return [Reason.NO_CONSENT]
    opt_out = consent.basis is Basis.OPT_OUT
    checks = {
        Reason.CONSENT_DATE_INVALID: not consent.date_ok,
        Reason.OUTSIDE_APPROVAL_PERIOD: not consent.in_approval_period,
        Reason.OUTSIDE_OPT_OUT_WINDOW: opt_out and not consent.in_opt_out_window,
        Reason.CONSENT_DATA_TYPE: question.data_type is not None
        and question.data_type not in consent.data_types,
        Reason.CONSENT_NOT_COMMERCIAL: question.commercial and not consent.commercial,
        # A history of illness is special-care data: APPI 27-2 gives it to nobody by opt-out.
        Reason.OPT_OUT_NOT_COMMERCIAL: question.commercial and opt_out,
    }
    return [reason for reason, holds in checks.items() if holds]


def _committee(approval: ApprovalFact | None, site: str, question: Question) -> list[Reason]:
    if approval is None:
        return [Reason.NO_APPROVAL]
    checks = {
        Reason.APPROVAL_EXPIRED: question.at > approval.expires,
        Reason.APPROVAL_SITE: site not in approval.sites,
        Reason.APPROVAL_DATA_TYPE: question.data_type is not None
        and question.data_type not in approval.data_types,
        Reason.APPROVAL_MODALITY: question.modality is not None
        and bool(approval.modalities)
        and question.modality not in approval.modalities,
        Reason.APPROVAL_PURPOSE: question.use not in approval.purposes,
        Reason.APPROVAL_NOT_COMMERCIAL: question.commercial and not approval.commercial,
    }
    return [reason for reason, holds in checks.items() if holds]


def _contract(agreement: AgreementFact | None, site: str, question: Question) -> list[Reason]:
    if agreement is None:
        return [Reason.NO_AGREEMENT]
    commercial = agreement.commercial and not agreement.uses & NOT_COMMERCIAL
    checks = {
        Reason.AGREEMENT_EXPIRED: not agreement.starts <= question.at <= agreement.ends,
        Reason.AGREEMENT_SITE: agreement.site != site,
        Reason.AGREEMENT_USE: not agreement.uses & PERMITTING,
        Reason.AGREEMENT_NOT_COMMERCIAL: question.commercial and not commercial,
        Reason.AGREEMENT_NO_METHODS: question.use is Use.TRAIN and NO_METHODS in agreement.uses,
    }
    return [reason for reason, holds in checks.items() if holds]
