"""Ask, for every case of a version, whether a licence may be given."""

from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.consent.allow import Reason, Use
from renkei.consent.server.allow import allow, allow_many, facts_of
from renkei.errors import ConflictError
from renkei.market.duo import Asked, Purpose, against, duties
from renkei.market.server.tables import Licence, Order
from renkei.people.server.tables import Organisation, OrganisationKind
from renkei.publish.server.tables import VersionCase
from renkei.server.actor import system
from renkei.server.db import transaction


class NotPermittedError(ConflictError):
    """Consents or contracts do not allow this licence; the facts count the reasons."""


async def check_cases(session: AsyncSession, *, order: Order, version_id: UUID) -> tuple[str, ...]:
    """Return the duties that come with a licence over the version's cases.

    Withdrawn cases do not count: they are never delivered.

    Raises:
        NotPermittedError: For a case something speaks against it; facts hold reason → cases.
    """
    query = select(VersionCase.subject_id).where(VersionCase.version_id == version_id).distinct()
    subjects = list(await session.scalars(query))
    asked, today = await _asked(session, order), datetime.now(UTC).date()
    answers = await allow_many(
        session,
        subject_ids=subjects,
        use=Use.LICENCE,
        at=today,
        commercial=order.commercial_use,
        country=order.country,
    )
    facts = await facts_of(session, subjects, at=today)
    refused: Counter[str] = Counter()
    codes: set[int] = set()
    for subject in subjects:
        if Reason.WITHDRAWN in answers[subject].reasons:
            continue
        refused.update(reason.value for reason in answers[subject].reasons)
        agreement = facts[subject].agreement if subject in facts else None
        if agreement is not None:
            codes |= agreement.uses
            refused.update(f"duo_{reason}" for reason in against(agreement.uses, asked))
    if refused:
        raise NotPermittedError(
            "Consents or contracts of some cases forbid this licence; choose another purpose.",
            **refused,
        )
    return tuple(duties(codes))


async def check_listing(session: AsyncSession, *, version_id: UUID) -> None:
    """Refuse to offer a version when something speaks against licensing one of its cases.

    Raises:
        NotPermittedError: For a case something speaks against it; facts hold reason → cases.
    """
    query = select(VersionCase.subject_id).where(VersionCase.version_id == version_id).distinct()
    answers = await allow_many(
        session,
        subject_ids=list(await session.scalars(query)),
        use=Use.LICENCE,
        at=datetime.now(UTC).date(),
    )
    # Withdrawn cases are never delivered.
    left = [a for a in answers.values() if Reason.WITHDRAWN not in a.reasons]
    refused = Counter(reason.value for answer in left for reason in answer.reasons)
    if refused:
        raise NotPermittedError(
            "Consents or contracts of some cases forbid an offer; draft a version without them.",
            **refused,
        )


async def why_no_key(*, licence: Licence, subject_id: UUID, country: str) -> str | None:
    """Return why no key to a case may be released under a licence today, or None.

    A licensee may not see consents, so the system asks, in a transaction of its own.
    """
    async with transaction(system("whether a key may be released")) as session:
        order = await session.get_one(Order, licence.order_id)
        decision = await allow(
            session,
            subject_id=subject_id,
            use=Use.LICENCE,
            at=datetime.now(UTC).date(),
            commercial=order.commercial_use,
            country=country,
        )
    return None if decision.allowed else decision.reasons[0].value


async def _asked(session: AsyncSession, order: Order) -> Asked:
    licensee = await session.get_one(Organisation, order.organisation_id)
    return Asked(
        purpose=Purpose(order.purpose),
        commercial_use=order.commercial_use,
        commercial_organisation=licensee.kind is OrganisationKind.LICENSEE,
        develops_methods=order.develops_methods,
        country=order.country,
        institution=str(licensee.id),
        user=order.asked_by,
        project=str(order.id),
    )
