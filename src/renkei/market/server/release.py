"""Release keys: seven checks in order, the first failure refuses with its code; then one header.

Every release is metered once; headers are not kept.
"""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import ConflictError, ForbiddenError, NotFoundError
from renkei.market.server.licence import PARTIES, find_licence
from renkei.market.server.permit import why_no_key
from renkei.market.server.tables import (
    Delivery,
    DeliveryFile,
    Licence,
    LicenceSignature,
    Release,
)
from renkei.market.states import State
from renkei.market.terms import Action, Ask, Denied, evaluate
from renkei.people.server.tables import Organisation
from renkei.server.actor import system
from renkei.server.audit import record
from renkei.server.db import actor_of, transaction
from renkei.server.keys import ObjectErasedError
from renkei.server.storage import find_object, read_body, reheader


class KeyRefusedError(ForbiddenError):
    """No key is released; `reason` says which check failed."""


class LicenceExpiredError(KeyRefusedError):
    """The licence's time, or the delivery's, is over."""


class CaseWithdrawnError(ObjectErasedError):
    """The case was withdrawn; destroy the copies that you have."""


class NotReadyError(ConflictError):
    """The delivery is being built; try again in a moment."""


async def find_delivery(session: AsyncSession, delivery_id: UUID) -> Delivery:
    """Return a delivery; asking for another's is answered as if there were none, and audited.

    Raises:
        NotFoundError: There is none that the actor may see.
    """
    found = await session.get(Delivery, delivery_id)
    if found is None:
        async with transaction(system("refused release")) as looking:
            foreign = await looking.get(Delivery, delivery_id)
        if foreign is not None:
            await _audit_refusal(session, foreign, "not_yours")
        raise NotFoundError("There is no such delivery; choose one from the list.")
    return found


async def find_file(
    session: AsyncSession, *, delivery_id: UUID, n: int
) -> tuple[Delivery, DeliveryFile]:
    """Return a file of a delivery.

    Raises:
        NotFoundError: There is none that the actor may see.
        NotReadyError: The delivery is being built.
    """
    delivery = await find_delivery(session, delivery_id)
    if not delivery.ready:
        raise NotReadyError("The delivery is being built; try again in a moment.")
    file = await session.scalar(
        select(DeliveryFile).where(DeliveryFile.delivery_id == delivery_id, DeliveryFile.n == n)
    )
    if file is None:
        raise NotFoundError("The delivery has no such file; its list has the numbers.")
    return delivery, file


async def release_key(session: AsyncSession, *, delivery_id: UUID, n: int, request: str) -> bytes:
    """Return a Crypt4GH header for the licence's key; the same `request` is metered once.

    Raises:
        NotFoundError: There is no such file of the actor's.
        KeyRefusedError: A check failed; its reason stands in the facts.
        CaseWithdrawnError: The case was recalled.
    """
    delivery, file = await find_file(session, delivery_id=delivery_id, n=n)
    # The lock makes two requests at the limit one release and one refusal.
    licence = await find_licence(session, delivery.licence_id, lock=True)
    known = await session.scalar(
        select(Release.id).where(Release.licence_id == licence.id, Release.request == request)
    )
    used = await _used(session, licence) + (0 if known else 1)
    reason = await _why_not(session, licence, delivery, used)
    if reason is not None:
        await _audit_refusal(session, licence, reason)
        kind = LicenceExpiredError if reason == Denied.EXPIRED else KeyRefusedError
        raise kind("No key is released under this licence.", reason=reason)
    if file.withdrawn:
        await _audit_refusal(session, licence, "withdrawn")
        raise CaseWithdrawnError("This case was withdrawn; destroy the copies that you have.")
    reason = await _still_allowed(session, licence, file)
    if reason is not None:
        await _audit_refusal(session, licence, reason)
        raise KeyRefusedError("No key is released under this licence.", reason=reason)
    header = await reheader(session, file.object_id, bytes.fromhex(licence.key_public))
    row = insert(Release).values(
        licence_id=licence.id,
        delivery_file_id=file.id,
        organisation_id=licence.organisation_id,
        request=request,
        size=file.size,
        subject_id=file.subject_id,
        site_id=file.site_id,
    )
    fresh = await session.scalar(row.on_conflict_do_nothing().returning(Release))
    if fresh is not None:
        await record(session, "market.release", fresh)
    return header


async def _still_allowed(session: AsyncSession, licence: Licence, file: DeliveryFile) -> str | None:
    if file.subject_id is None:
        return None
    country = await session.scalar(
        select(Organisation.country).where(Organisation.id == licence.organisation_id)
    )
    return await why_no_key(licence=licence, subject_id=file.subject_id, country=str(country))


async def _used(session: AsyncSession, licence: Licence) -> int:
    count = await session.scalar(
        select(func.count()).select_from(Release).where(Release.licence_id == licence.id)
    )
    return int(count or 0)


async def _why_not(
    session: AsyncSession, licence: Licence, delivery: Delivery, used: int
) -> str | None:
    """Check state, window, policy, country, signature and payment, in this order."""
    now = datetime.now(UTC)
    expired = Denied.EXPIRED.value
    if licence.state is not State.ACTIVE:
        return expired if licence.state is State.EXPIRED else f"licence_{licence.state.value}"
    if now >= min(delivery.expires_at, licence.not_after):
        return expired
    country = await session.scalar(
        select(Organisation.country).where(Organisation.id == licence.organisation_id)
    )
    ask = Ask(Action.USE, now, licence.purpose, str(country), str(licence.organisation_id), used)
    denied = evaluate(licence.terms, ask)
    if denied:
        return denied[0].value
    signed = await session.scalars(
        select(LicenceSignature.party).where(
            LicenceSignature.licence_id == licence.id,
            LicenceSignature.terms_sha256 == licence.terms_sha256,
        )
    )
    if set(signed) != PARTIES:
        return "not_signed"
    return "not_paid" if licence.paid_at is None else None


async def file_body(session: AsyncSession, *, delivery_id: UUID, n: int) -> bytes:
    """Return the encrypted body of a file; nobody reads it without a key.

    Raises:
        NotFoundError: There is no such file of the actor's.
        CaseWithdrawnError: The case was recalled.
        ObjectDamagedError: The stored bytes were changed.
    """
    _, file = await find_file(session, delivery_id=delivery_id, n=n)
    if file.withdrawn:
        raise CaseWithdrawnError("This case was withdrawn; destroy the copies that you have.")
    return await read_body(await find_object(session, file.object_id))


async def _audit_refusal(session: AsyncSession, row: Delivery | Licence, reason: str) -> None:
    # In a transaction of its own, for the refusal rolls this one back; as the system, for the
    # actor may not see the row.
    actor = actor_of(session)
    async with transaction(system("refused release")) as auditing:
        seen = await auditing.get_one(type(row), row.id)
        auditing.info["actor"] = actor
        await record(auditing, "market.refuse", seen, why=reason)
