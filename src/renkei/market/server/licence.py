"""Order, sign, pay: a licence becomes active when both signed one hash and the fee came in."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import ConflictError, ForbiddenError, NotFoundError
from renkei.ledger.server.anchor import anchor
from renkei.market import settle
from renkei.market.journal import invoice, payment
from renkei.market.server.order import find_order
from renkei.market.server.permit import check_cases
from renkei.market.server.post import post
from renkei.market.server.tables import EntryKind, Licence, LicenceSignature, Listing, Order
from renkei.market.states import Mover, State, check_move
from renkei.market.terms import Terms, months_after, policy_hash
from renkei.people.server.tables import Organisation, OrganisationKind
from renkei.server.actor import Role, system
from renkei.server.audit import record
from renkei.server.db import actor_of, transaction

PARTIES = frozenset({"licensee", "platform"})


class QuoteExpiredError(ConflictError):
    """The quote is over; ask for a new one."""


class OtherTermsError(ConflictError):
    """The hash is not that of this licence's terms; read them again."""


class SamePersonError(ForbiddenError):
    """Who approved the request may not also sign for the platform; another person must."""


async def accept_quote(session: AsyncSession, *, order_id: UUID) -> Licence:
    """Order at the quoted price; return the licence that both parties have to sign.

    Raises:
        NotFoundError: There is no such request of the actor's organisation.
        NoSuchMoveError: There is no quote.
        QuoteExpiredError: Its time is over.
        NotPermittedError: Since the approval, cases no longer allow it.
    """
    order = await find_order(session, order_id)
    order.state = check_move(order.state, State.ORDERED, Mover.LICENSEE)
    now = datetime.now(UTC)
    if order.quoted_until is None or order.quoted_until < now:
        raise QuoteExpiredError("The quote is over; ask for a new one.")
    # The licensee sees neither cases nor contracts; the platform asks for it.
    async with transaction(system("terms of a licence")) as reading:
        listing = await reading.get_one(Listing, order.listing_id)
        asked = await reading.get_one(Order, order.id)
        duties = await check_cases(reading, order=asked, version_id=listing.version_id)
        operator = await reading.scalar(
            select(Organisation.id)
            .where(Organisation.kind == OrganisationKind.OPERATOR)
            .order_by(Organisation.created_at)
            .limit(1)
        )
    licence = _licence(order, listing, now)
    session.add(licence)
    await session.flush()
    terms = Terms(
        uid=str(licence.id),
        target=listing.version_hash,
        assigner=str(operator),
        assignee=str(order.organisation_id),
        purpose=order.purpose,
        country=order.country,
        not_before=licence.not_before,
        not_after=licence.not_after,
        max_releases=licence.max_releases,
        fee_yen=licence.fee_yen,
        sealed_part=licence.sealed_part,
        duties=duties,
    )
    licence.terms = terms.to_odrl()
    licence.terms_sha256 = policy_hash(licence.terms)
    await record(session, "market.order", licence)
    return licence


def _licence(order: Order, listing: Listing, now: datetime) -> Licence:
    fee, percent = order.quote_yen or 0, order.tax_percent or 0
    return Licence(
        order_id=order.id,
        listing_id=listing.id,
        version_id=listing.version_id,
        organisation_id=order.organisation_id,
        terms={},
        terms_sha256="",
        key_public=order.key_public,
        purpose=order.purpose,
        country=order.country,
        not_before=now,
        not_after=months_after(now, listing.months),
        max_releases=listing.max_releases,
        sealed_part=order.wants_sealed,
        fee_yen=fee,
        tax_yen=settle.tax(fee, percent),
        tax_percent=percent,
        sites=listing.sites,
    )


async def find_licence(session: AsyncSession, licence_id: UUID, *, lock: bool = False) -> Licence:
    """Return a licence.

    Raises:
        NotFoundError: There is none that the actor may see.
    """
    query = select(Licence).where(Licence.id == licence_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found: Licence | None = await session.scalar(query)
    if found is None:
        raise NotFoundError("There is no such licence; choose one from the list.")
    return found


async def sign_licence(session: AsyncSession, *, licence_id: UUID, terms_sha256: str) -> Licence:
    """Sign for the actor's party; with the second signature the fee is due.

    Raises:
        NotFoundError: There is none that the actor may see.
        OtherTermsError: The hash is another's.
        SamePersonError: The approver signs for the platform.
        NoSuchMoveError: Both have signed.
    """
    licence = await find_licence(session, licence_id, lock=True)
    actor = actor_of(session)
    party = "licensee" if actor.role is Role.LICENSEE else "platform"
    check_move(licence.state, State.SIGNED, Mover.PARTIES)
    if terms_sha256 != licence.terms_sha256:
        raise OtherTermsError("This hash is not that of the terms; read them again.")
    order = await session.get_one(Order, licence.order_id)
    if party == "platform" and order.approved_by == actor.id:
        raise SamePersonError("Who approved the request may not sign; another person must.")
    row = insert(LicenceSignature).values(
        licence_id=licence.id, party=party, terms_sha256=terms_sha256, signed_by=actor.id
    )
    await session.execute(row.on_conflict_do_nothing())
    signed = await session.scalars(
        select(LicenceSignature.party).where(LicenceSignature.licence_id == licence.id)
    )
    await record(session, f"market.sign_{party}", licence)
    if set(signed) >= PARTIES:
        await _conclude(session, licence)
    return licence


async def _conclude(session: AsyncSession, licence: Licence) -> None:
    licence.state = State.SIGNED
    await post(
        session,
        kind=EntryKind.INVOICE,
        period=f"{datetime.now(UTC):%Y-%m}",
        licence_id=licence.id,
        lines=invoice(
            str(licence.organisation_id),
            str(licence.id),
            licence.fee_yen,
            licence.tax_yen,
            licence.tax_percent,
        ),
    )
    payload = {
        "terms_sha256": licence.terms_sha256,
        "version": licence.terms["target"],
        "licensee": str(licence.organisation_id),
        "not_before": licence.not_before.isoformat(),
        "not_after": licence.not_after.isoformat(),
    }
    parties = [licence.organisation_id, *(UUID(site) for site in licence.sites)]
    await anchor(
        session, kind="licence", key=f"grant/{licence.id}", payload=payload, parties=parties
    )


async def record_payment(session: AsyncSession, *, licence_id: UUID) -> Licence:
    """Write down that fee and tax came in; the licence becomes active.

    Raises:
        NotFoundError: There is no such licence.
        NoSuchMoveError: It is not signed by both, or was paid.
    """
    licence = await find_licence(session, licence_id, lock=True)
    licence.state = check_move(licence.state, State.ACTIVE, Mover.CURATOR)
    licence.paid_at = datetime.now(UTC)
    await post(
        session,
        kind=EntryKind.PAYMENT,
        period=f"{licence.paid_at:%Y-%m}",
        licence_id=licence.id,
        lines=payment(str(licence.organisation_id), licence.fee_yen + licence.tax_yen),
    )
    await record(session, "market.pay", licence)
    return licence


async def change_licence(
    session: AsyncSession, *, licence_id: UUID, to: State, why: str
) -> Licence:
    """Suspend, resume, revoke or close a licence; from that second no key is released.

    Raises:
        NotFoundError: There is no such licence.
        NoSuchMoveError: From its state there is no such way.
    """
    licence = await find_licence(session, licence_id, lock=True)
    if licence.paid_at is None and to is State.ACTIVE:
        raise ConflictError("A licence becomes active by its payment; record that instead.")
    mover = Mover.JOB if actor_of(session).role is Role.SYSTEM else Mover.CURATOR
    licence.state = check_move(licence.state, to, mover)
    licence.why = why
    await record(session, f"market.{to.value}", licence, why=why)
    return licence


async def expire_licences(session: AsyncSession) -> int:
    """Move every licence whose time is over; return how many."""
    rows = await session.scalars(
        select(Licence)
        .where(Licence.state == State.ACTIVE, Licence.not_after <= datetime.now(UTC))
        .with_for_update(skip_locked=True)
    )
    found = list(rows)
    for licence in found:
        licence.state = check_move(licence.state, State.EXPIRED, Mover.JOB)
        await record(session, "market.expired", licence)
    return len(found)
