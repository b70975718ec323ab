"""Decide whether something may be used for a purpose: facts in, answer with reasons out.

Unknown is refused, with a code. DUO codes by number: 4 no restriction, 6 health or medical
research, 7 disease-specific, 15 no methods development, 18, 45 and 46 no commercial use, 42 general
research, 43 clinical care (https://github.com/EBISPOT/DUO).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from renkei.consent.bases import BASES, CONSENT_BASIS

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
    """On what a person's data may be held at all; others are not provided for.

    BROAD is consent to research not yet named; PROXY is given by somebody for the person.
    """

    OPT_IN = "opt_in"
    OPT_OUT = "opt_out"
    BROAD = "broad"
    PROXY = "proxy"


class AgreementKind(StrEnum):
    """What a contract is; under PROCESSING data is held for the hospital and goes to nobody."""

    JOINT = "joint_research"
    PROVISION = "provision"
    PROCESSING = "processing"


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
    OPT_OUT_ABROAD = "opt_out_abroad"
    RECONSENT_DUE = "reconsent_due"
    MAJORITY_UNKNOWN = "majority_unknown"
    NO_LEGAL_BASIS = "no_legal_basis"
    LEGAL_BASIS_USE = "legal_basis_use"
    LEGAL_BASIS_NOT_COMMERCIAL = "legal_basis_not_commercial"
    LEGAL_BASIS_ABROAD = "legal_basis_abroad"
    NO_APPROVAL = "no_approval"
    APPROVAL_NOT_BEGUN = "approval_not_begun"
    APPROVAL_EXPIRED = "approval_expired"
    APPROVAL_SITE = "approval_site"
    APPROVAL_DATA_TYPE = "approval_data_type"
    APPROVAL_MODALITY = "approval_modality"
    APPROVAL_BODY_PART = "approval_body_part"
    APPROVAL_ABROAD = "approval_abroad"
    APPROVAL_GENE_CODES = "approval_gene_codes"
    APPROVAL_PURPOSE = "approval_purpose"
    APPROVAL_NOT_COMMERCIAL = "approval_not_commercial"
    NO_AGREEMENT = "no_agreement"
    AGREEMENT_EXPIRED = "agreement_expired"
    AGREEMENT_SITE = "agreement_site"
    AGREEMENT_USE = "agreement_use"
    AGREEMENT_KIND = "agreement_kind"
    AGREEMENT_COUNTRY = "agreement_country"
    AGREEMENT_GENE_CODES = "agreement_gene_codes"
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
    adult: bool = True


@dataclass(frozen=True, slots=True)
class ApprovalFact:
    """What an ethics committee approved; an empty set of modalities or body parts means every one.

    `countries` are those abroad that data may go to; `gene_codes` = it names data that counts as
    an individual identification code.
    """

    data_types: frozenset[str]
    modalities: frozenset[str]
    purposes: frozenset[Use]
    sites: frozenset[str]
    commercial: bool
    expires: date
    begins: date | None = None
    body_parts: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    gene_codes: bool = False
    legal_basis: str = CONSENT_BASIS


@dataclass(frozen=True, slots=True)
class AgreementFact:
    """What the hospital and the operator signed; `uses` are numbers of DUO codes.

    `countries` are those abroad that data may go to.
    """

    site: str
    uses: frozenset[int]
    commercial: bool
    starts: date
    ends: date
    kind: AgreementKind = AgreementKind.PROVISION
    countries: frozenset[str] = frozenset()
    gene_codes: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything on record about one subject's permission; None = nothing on record.

    `majority` is the year in which the subject comes of age, `country` where the data lies.
    """

    site: str
    withdrawn: bool
    consent: ConsentFact | None
    approval: ApprovalFact | None
    agreement: AgreementFact | None
    majority: int | None = None
    country: str = "JP"


@dataclass(frozen=True, slots=True)
class Question:
    """May this be used for that, by them, there, on this day?

    None leaves data type, modality, body part or country open. `gene_codes` = the data counts as
    an individual identification code.
    """

    use: Use
    at: date
    commercial: bool = False
    data_type: str | None = None
    modality: str | None = None
    body_part: str | None = None
    country: str | None = None
    gene_codes: bool = False


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
    abroad = question.country is not None and question.country != facts.country
    against = [
        *([Reason.WITHDRAWN] if facts.withdrawn else []),
        *_person(facts, question, abroad=abroad),
        *_law(facts.approval, question, abroad=abroad),
        *_committee(facts.approval, facts.site, question, abroad=abroad),
        *_contract(facts.agreement, facts.site, question, abroad=abroad),
    ]
    return Decision(tuple(against))


def _holding(checks: Mapping[Reason, bool]) -> list[Reason]:
    return [reason for reason, holds in checks.items() if holds]


def _person(facts: Facts, question: Question, *, abroad: bool) -> list[Reason]:
    consent = facts.consent
    if consent is None:
        return [Reason.NO_CONSENT]
    opt_out = consent.basis is Basis.OPT_OUT
    # Broad consent too asks for a notice of each study and time to refuse it.
    by_notice = consent.basis in {Basis.OPT_OUT, Basis.BROAD}
    for_a_child = consent.basis is Basis.PROXY and not consent.adult
    return _holding(
        {
            Reason.CONSENT_DATE_INVALID: not consent.date_ok,
            Reason.OUTSIDE_APPROVAL_PERIOD: not consent.in_approval_period,
            Reason.OUTSIDE_OPT_OUT_WINDOW: by_notice and not consent.in_opt_out_window,
            Reason.CONSENT_DATA_TYPE: question.data_type is not None
            and question.data_type not in consent.data_types,
            Reason.CONSENT_NOT_COMMERCIAL: question.commercial and not consent.commercial,
            # A history of illness is special-care data: APPI 27-2 gives it to nobody by opt-out.
            Reason.OPT_OUT_NOT_COMMERCIAL: question.commercial and opt_out,
            # APPI 28: to a third party abroad only with the person's own consent.
            Reason.OPT_OUT_ABROAD: abroad and opt_out,
            # The birthday is unknown here, so the whole year counts as the year of majority.
            Reason.RECONSENT_DUE: for_a_child
            and facts.majority is not None
            and question.at.year >= facts.majority,
            Reason.MAJORITY_UNKNOWN: for_a_child and facts.majority is None,
        }
    )


def _law(approval: ApprovalFact | None, question: Question, *, abroad: bool) -> list[Reason]:
    if approval is None:
        return []
    basis = BASES.get(approval.legal_basis)
    if basis is None:
        return [Reason.NO_LEGAL_BASIS]
    return _holding(
        {
            Reason.LEGAL_BASIS_USE: question.use.value not in basis.uses,
            Reason.LEGAL_BASIS_NOT_COMMERCIAL: question.commercial and not basis.commercial,
            Reason.LEGAL_BASIS_ABROAD: abroad and not basis.abroad,
        }
    )


def _committee(
    approval: ApprovalFact | None, site: str, question: Question, *, abroad: bool
) -> list[Reason]:
    if approval is None:
        return [Reason.NO_APPROVAL]
    return _holding(
        {
            Reason.APPROVAL_NOT_BEGUN: approval.begins is not None
            and question.at < approval.begins,
            Reason.APPROVAL_EXPIRED: question.at > approval.expires,
            Reason.APPROVAL_SITE: site not in approval.sites,
            Reason.APPROVAL_DATA_TYPE: question.data_type is not None
            and question.data_type not in approval.data_types,
            Reason.APPROVAL_MODALITY: _outside(question.modality, approval.modalities),
            Reason.APPROVAL_BODY_PART: _outside(question.body_part, approval.body_parts),
            Reason.APPROVAL_PURPOSE: question.use not in approval.purposes,
            Reason.APPROVAL_NOT_COMMERCIAL: question.commercial and not approval.commercial,
            Reason.APPROVAL_ABROAD: abroad and question.country not in approval.countries,
            Reason.APPROVAL_GENE_CODES: question.gene_codes and not approval.gene_codes,
        }
    )


def _outside(asked: str | None, scope: frozenset[str]) -> bool:
    return asked is not None and bool(scope) and asked not in scope


def _contract(
    agreement: AgreementFact | None, site: str, question: Question, *, abroad: bool
) -> list[Reason]:
    if agreement is None:
        return [Reason.NO_AGREEMENT]
    commercial = agreement.commercial and not agreement.uses & NOT_COMMERCIAL
    return _holding(
        {
            Reason.AGREEMENT_EXPIRED: not agreement.starts <= question.at <= agreement.ends,
            Reason.AGREEMENT_SITE: agreement.site != site,
            Reason.AGREEMENT_USE: not agreement.uses & PERMITTING,
            Reason.AGREEMENT_KIND: agreement.kind is AgreementKind.PROCESSING
            and question.use is not Use.INTAKE,
            Reason.AGREEMENT_COUNTRY: abroad and question.country not in agreement.countries,
            Reason.AGREEMENT_GENE_CODES: question.gene_codes and not agreement.gene_codes,
            Reason.AGREEMENT_NOT_COMMERCIAL: question.commercial and not commercial,
            Reason.AGREEMENT_NO_METHODS: question.use is Use.TRAIN and NO_METHODS in agreement.uses,
        }
    )
