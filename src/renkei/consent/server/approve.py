"""Write down what an ethics committee approved."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.allow import Use
from renkei.consent.server.tables import Approval
from renkei.errors import ConflictError
from renkei.server.audit import record


class AlreadyApprovedError(ConflictError):
    """An approval of this number is on record."""


async def add_approval(
    session: AsyncSession,
    *,
    committee: str,
    number: str,
    title: str,
    modalities: Sequence[str],
    data_types: Sequence[str],
    purposes: Sequence[Use],
    sites: Sequence[UUID],
    commercial: bool,
    expires: date,
) -> Approval:
    """Put an ethics approval on record; no modality listed means every modality.

    Raises:
        AlreadyApprovedError: The number is taken.
    """
    row = insert(Approval).values(
        committee=committee,
        number=number,
        title=title,
        modalities=sorted(set(modalities)),
        data_types=sorted(set(data_types)),
        purposes=sorted({use.value for use in purposes}),
        sites=sorted(str(site) for site in sites),
        commercial=commercial,
        expires=expires,
    )
    approval: Approval | None = await session.scalar(
        row.on_conflict_do_nothing().returning(Approval)
    )
    if approval is None:
        raise AlreadyApprovedError("An approval of this number is on record; give another number.")
    await record(session, "consent.approve", approval)
    return approval
