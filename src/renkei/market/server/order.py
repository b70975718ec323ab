"""Request, clarify, decide, quote: each move by whom the table of states allows."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import ForbiddenError, NotFoundError, UsageError
from renkei.market.duo import Purpose
from renkei.market.server.permit import check_cases
from renkei.market.server.tables import Listing, Order
from renkei.market.states import QUOTE_VALID, Mover, State, check_move
from renkei.proof.crypt4gh import parse_public_key
from renkei.server.actor import Role
from renkei.server.audit import record
from renkei.server.db import actor_of


class NoOrganisationError(ForbiddenError):
    """Only a licensee's user can ask for a licence."""


class SealedNotOfferedError(UsageError):
    """The offer keeps its test part sealed."""


async def request_licence(
    session: AsyncSession,
    *,
    listing_id: UUID,
    purpose: Purpose,
    country: str,
    commercial_use: bool,
    develops_methods: bool,
    key_text: str,
    wants_sealed: bool = False,
    message: str = "",
) -> Order:
    """Draft a request for an open offer; `key_text` is the licensee's Crypt4GH public key.

    Raises:
        NotFoundError: There is no such offer.
        NoOrganisationError: The actor is no licensee.
        SealedNotOfferedError: The test part is asked for and not offered.
        KeyRefusedError: The key is none.
    """
    actor = actor_of(session)
    if actor.role is not Role.LICENSEE or actor.organisation is None:
        raise NoOrganisationError("Only a licensee's user can ask for a licence; sign in as one.")
    listing = await session.get(Listing, listing_id)
    if listing is None or not listing.open:
        raise NotFoundError("There is no such offer; choose one from the catalogue.")
    if wants_sealed and not listing.sealed_part:
        raise SealedNotOfferedError(
            "This offer does not include the sealed test part; ask without it."
        )
    order = Order(
        listing_id=listing_id,
        organisation_id=actor.organisation,
        purpose=purpose.value,
        country=country,
        commercial_use=commercial_use,
        develops_methods=develops_methods,
        wants_sealed=wants_sealed,
        message=message,
        key_public=parse_public_key(key_text).hex(),
        asked_by=actor.id,
    )
    session.add(order)
    await record(session, "market.request", order)
    return order


async def find_order(session: AsyncSession, order_id: UUID) -> Order:
    """Return a request and lock it.

    Raises:
        NotFoundError: There is none that the actor may see.
    """
    found: Order | None = await session.scalar(
        select(Order)
        .where(Order.id == order_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError("There is no such request; choose one from the list.")
    return found


async def move_order(
    session: AsyncSession, *, order_id: UUID, to: State, why: str | None = None
) -> Order:
    """Move a request: submit, abandon, clarify, refuse or approve, by the actor's own part.

    Approval asks consent and contract of every case first.

    Raises:
        NotFoundError: There is none that the actor may see.
        NoSuchMoveError: From its state there is no such way.
        NotYourMoveError: It is another's move.
        NotPermittedError: Cases do not allow it.
    """
    order = await find_order(session, order_id)
    order.state = check_move(order.state, to, _mover(session))
    order.why = why
    if to is State.APPROVED:
        listing = await session.get_one(Listing, order.listing_id)
        await check_cases(session, order=order, version_id=listing.version_id)
        order.approved_by = actor_of(session).id
    await record(session, f"market.{to.value}", order, why=why)
    return order


async def quote_order(
    session: AsyncSession, *, order_id: UUID, quote_yen: int | None = None, tax_percent: int = 10
) -> Order:
    """Name a price net of tax, valid for 30 days; without one, the offer's.

    Raises:
        NotFoundError: There is none that the actor may see.
        NoSuchMoveError: It is not approved.
        NotYourMoveError: The actor is no curator.
    """
    order = await find_order(session, order_id)
    order.state = check_move(order.state, State.QUOTED, _mover(session))
    listing = await session.get_one(Listing, order.listing_id)
    order.quote_yen = listing.price_yen if quote_yen is None else quote_yen
    order.tax_percent = tax_percent
    order.quoted_until = datetime.now(UTC) + QUOTE_VALID
    await record(session, "market.quote", order)
    return order


def _mover(session: AsyncSession) -> Mover:
    role = actor_of(session).role
    if role is Role.LICENSEE:
        return Mover.LICENSEE
    return Mover.JOB if role is Role.SYSTEM else Mover.CURATOR
