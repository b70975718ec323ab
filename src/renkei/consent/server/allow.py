"""Ask whether a subject's data may be used for something, from what is on record."""

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
from renkei.subjects.server.tables import Subject

# Stays far below PostgreSQL's 65,535 parameters of one statement.
CHUNK = 10_000


async def allow(
    session: AsyncSession,
    *,
    subject_id: UUID,
    use: Use,
    at: date,
    commercial: bool = False,
    data_type: str | None = None,
    modality: str | None = None,
) -> Decision:
    """Answer for one subject; one that the actor may not see is unknown."""
    question = Question(use, at, commercial, data_type, modality)
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
) -> dict[UUID, Decision]:
    """Answer for many subjects at once."""
    question = Question(use, at, commercial, data_type)
    facts = await facts_of(session, subject_ids, at=at)
    return {subject: decide(facts.get(subject), question) for subject in subject_ids}


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
            select(Subject, Consent, Approval, Agreement)
            .outerjoin(Consent, Consent.subject_id == Subject.id)
            .outerjoin(Approval, Approval.id == Consent.approval_id)
            .outerjoin(Agreement, Agreement.id == Consent.agreement_id)
            .where(Subject.id.in_(wanted[start : start + CHUNK]))
            .order_by(Subject.id, Consent.id)
        )
        for subject, consent, approval, agreement in rows:
            before = found.get(subject.id)
            now = Facts(
                site=str(subject.site_id),
                withdrawn=subject.withdrawn_at is not None,
                consent=None if consent is None else consent_fact(consent),
                approval=None if approval is None else approval_fact(approval),
                agreement=None if agreement is None else agreement_fact(agreement),
            )
            if before is not None and not _runs(now, at):
                now = replace(now, approval=before.approval, agreement=before.agreement)
            found[subject.id] = now
    return found


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
    )


def agreement_fact(row: Agreement) -> AgreementFact:
    """Return the row as the rules read it."""
    return AgreementFact(
        site=str(row.site_id),
        uses=frozenset(row.uses),
        commercial=row.commercial,
        starts=row.starts,
        ends=row.ends,
    )
