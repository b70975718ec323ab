"""Ask whether a subject's data may be used for something, from what is on record."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.allow import (
    AgreementFact,
    ApprovalFact,
    ConsentFact,
    Decision,
    Facts,
    Question,
    Use,
    decide,
)
from renkei.consent.server.tables import Agreement, Approval, Consent
from renkei.errors import ConflictError
from renkei.subjects.server.tables import Site, Subject

# Stays far below PostgreSQL's 65,535 parameters of one statement.
CHUNK = 10_000
ADULT_YEARS = 18


class NotAllowedError(ConflictError):
    """Consent, approval or agreement does not allow the use now; the facts count the reasons."""


async def allow(
    session: AsyncSession,
    *,
    subject_id: UUID,
    use: Use,
    at: date,
    commercial: bool = False,
    data_type: str | None = None,
    modality: str | None = None,
    body_part: str | None = None,
    country: str | None = None,
) -> Decision:
    """Answer for one subject; one that the actor may not see is unknown."""
    question = Question(use, at, commercial, data_type, modality, body_part, country)
    facts = await facts_of(session, [subject_id], at=at)
    return decide(facts.get(subject_id), question)


async def allow_many(
    session: AsyncSession,
    *,
    subject_ids: Sequence[UUID],
    use: Use,
    at: date,
    commercial: bool = False,
    data_type: str | None = None,
    country: str | None = None,
) -> dict[UUID, Decision]:
    """Answer for many subjects at once."""
    question = Question(use, at, commercial, data_type, country=country)
    facts = await facts_of(session, subject_ids, at=at)
    return {subject: decide(facts.get(subject), question) for subject in subject_ids}


async def require_allowed(
    session: AsyncSession,
    *,
    subject_ids: Iterable[UUID],
    use: Use,
    at: date,
    commercial: bool = False,
    country: str | None = None,
) -> None:
    """Refuse unless the use is allowed for every subject.

    Raises:
        NotAllowedError: It is not for some; the facts count the first reason of each.
    """
    decisions = await allow_many(
        session,
        subject_ids=sorted(set(subject_ids)),
        use=use,
        at=at,
        commercial=commercial,
        country=country,
    )
    refused = Counter(d.reasons[0].value for d in decisions.values() if not d.allowed)
    if refused:
        raise NotAllowedError(
            "Consent, approval or agreement does not allow this for some subjects now.", **refused
        )


async def facts_of(
    session: AsyncSession, subject_ids: Iterable[UUID], *, at: date
) -> dict[UUID, Facts]:
    """Return what is on record for each subject that the actor may see.

    The newest consent counts, under the newest approval and contract that run on that day, so
    that a late batch under an expired approval takes nothing from what came before.
    """
    wanted = list(subject_ids)
    found: dict[UUID, Facts] = {}
    for start in range(0, len(wanted), CHUNK):
        # Ids are UUIDv7: their order is that of time, also within one transaction.
        rows = await session.execute(
            select(Subject, Consent, Approval, Agreement, Site.country)
            .join(Site, Site.id == Subject.site_id)
            .outerjoin(Consent, Consent.subject_id == Subject.id)
            .outerjoin(Approval, Approval.id == Consent.approval_id)
            .outerjoin(Agreement, Agreement.id == Consent.agreement_id)
            .where(Subject.id.in_(wanted[start : start + CHUNK]))
            .order_by(Subject.id, Consent.id)
        )
        for subject, consent, approval, agreement, country in rows:
            before = found.get(subject.id)
            now = Facts(
                site=str(subject.site_id),
                withdrawn=subject.withdrawn_at is not None,
                consent=None if consent is None else consent_fact(consent),
                approval=None if approval is None else approval_fact(approval),
                agreement=None if agreement is None else agreement_fact(agreement),
                majority=_majority(subject),
                country=country,
            )
            if before is not None and not _runs(now, at):
                now = replace(now, approval=before.approval, agreement=before.agreement)
            found[subject.id] = now
    return found


def _majority(subject: Subject) -> int | None:
    """Return the earliest year in which a subject can come of age (Civil Code 4: eighteen).

    The birthday is not known here: it may have been still to come when the age was written down.
    """
    if subject.age is None or subject.year is None:
        return None
    return subject.year - subject.age - 1 + ADULT_YEARS


def _runs(facts: Facts, at: date) -> bool:
    if facts.approval is None or facts.agreement is None:
        return False
    return at <= facts.approval.expires and facts.agreement.starts <= at <= facts.agreement.ends


def consent_fact(row: Consent) -> ConsentFact:
    """Return the row as the rules read it."""
    return ConsentFact(
        basis=row.basis,
        commercial=row.commercial,
        data_types=frozenset(row.data_types),
        date_ok=row.date_ok,
        in_approval_period=row.in_approval_period,
        in_opt_out_window=row.in_opt_out_window,
        adult=row.adult,
    )


def approval_fact(row: Approval) -> ApprovalFact:
    """Return the row as the rules read it."""
    return ApprovalFact(
        data_types=frozenset(row.data_types),
        modalities=frozenset(row.modalities),
        purposes=frozenset(Use(purpose) for purpose in row.purposes),
        sites=frozenset(row.sites),
        commercial=row.commercial,
        expires=row.expires,
        begins=row.begins,
        body_parts=frozenset(row.body_parts),
        countries=frozenset(row.countries),
        gene_codes=row.gene_codes,
        legal_basis=row.legal_basis,
    )


def agreement_fact(row: Agreement) -> AgreementFact:
    """Return the row as the rules read it."""
    return AgreementFact(
        site=str(row.site_id),
        uses=frozenset(row.uses),
        commercial=row.commercial,
        starts=row.starts,
        ends=row.ends,
        kind=row.kind,
        countries=frozenset(row.countries),
        gene_codes=row.gene_codes,
    )
