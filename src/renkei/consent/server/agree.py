"""Write down what a hospital and the operator agreed."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.allow import AgreementKind
from renkei.consent.duo import refuse_unknown
from renkei.consent.server.tables import Agreement
from renkei.errors import ConflictError, NotFoundError, UsageError
from renkei.people.server.tables import Organisation, OrganisationKind
from renkei.server.audit import record
from renkei.subjects.server.tables import Site

WHOLE_FEE_BP = 10_000


class AlreadyAgreedError(ConflictError):
    """An agreement of this number is on record."""


class NoSuchSiteError(NotFoundError):
    """There is no such hospital."""


class BadTermsError(UsageError):
    """The terms contradict each other."""


async def add_agreement(
    session: AsyncSession,
    *,
    site_id: UUID,
    number: str,
    uses: Sequence[int],
    commercial: bool,
    fee_share_bp: int,
    starts: date,
    ends: date,
    kind: AgreementKind = AgreementKind.PROVISION,
    parties: Sequence[str] = (),
    signatories: Sequence[str] = (),
    countries: Sequence[str] = (),
    gene_codes: bool = False,
    retain_until: date | None = None,
) -> Agreement:
    """Put a contract on record; `uses` are numbers of DUO codes, the share is in basis points.

    Raises:
        NoSuchSiteError: There is no such hospital.
        BadTermsError: It ends before it starts, must be erased before it ends, or the share is not
            within 0 to 10,000.
        AlreadyAgreedError: The number is taken.
    """
    refuse_unknown(uses)
    _refuse_terms(starts, ends, retain_until, fee_share_bp)
    operator = await _other_side(session, site_id)
    row = insert(Agreement).values(
        site_id=site_id,
        operator_id=operator,
        number=number,
        uses=sorted(set(uses)),
        commercial=commercial,
        fee_share_bp=fee_share_bp,
        starts=starts,
        ends=ends,
        kind=kind,
        parties=list(parties),
        signatories=list(signatories),
        countries=sorted(set(countries)),
        gene_codes=gene_codes,
        retain_until=retain_until,
    )
    agreement: Agreement | None = await session.scalar(
        row.on_conflict_do_nothing().returning(Agreement)
    )
    if agreement is None:
        raise AlreadyAgreedError("An agreement of this number is on record; give another number.")
    await record(session, "consent.agree", agreement)
    return agreement


def _refuse_terms(starts: date, ends: date, retain_until: date | None, share_bp: int) -> None:
    early = retain_until is not None and retain_until < ends
    if ends < starts or early or not 0 <= share_bp <= WHOLE_FEE_BP:
        raise BadTermsError(
            "The contract must end after it starts, be kept until it ends, the share be 0 to 100 %."
        )


async def _other_side(session: AsyncSession, site_id: UUID) -> UUID:
    """Return the operator, who signs with a hospital that is there."""
    if await session.scalar(select(Site.id).where(Site.id == site_id)) is None:
        raise NoSuchSiteError("There is no such hospital; add it first.")
    operator = await session.scalar(
        select(Organisation.id)
        .where(Organisation.kind == OrganisationKind.OPERATOR)
        .order_by(Organisation.created_at)
        .limit(1)
    )
    if operator is None:
        raise NotFoundError("The platform has no operator yet; add one first.")
    return operator
