"""Routes of offers, requests and licences; deliveries and money have files of their own."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import NotFoundError
from renkei.market.server import delivery_routes, money_routes
from renkei.market.server.licence import (
    accept_quote,
    change_licence,
    find_licence,
    record_payment,
    sign_licence,
)
from renkei.market.server.listing import close_listing, list_product
from renkei.market.server.order import find_order, move_order, quote_order, request_licence
from renkei.market.server.schemas import (
    LicenceDetail,
    LicenceOut,
    ListingIn,
    ListingOut,
    MoveIn,
    OrderIn,
    OrderOut,
    QuoteIn,
    SignatureOut,
    SignIn,
)
from renkei.market.server.tables import Licence, LicenceSignature, Listing, Order, Release
from renkei.server.actor import Permission
from renkei.server.web import Db, Page, Params, list_page, needs

router = APIRouter(prefix="/market", tags=["market"])
router.include_router(delivery_routes.router)
router.include_router(money_routes.router)
NOT_LISTED = {"aggregates"}
LISTING_COLUMNS = {n: getattr(Listing, n) for n in ListingOut.model_fields if n not in NOT_LISTED}
ORDER_COLUMNS = {name: getattr(Order, name) for name in OrderOut.model_fields}
LICENCE_COLUMNS = {name: getattr(Licence, name) for name in LicenceOut.model_fields}


@router.get("/listings", dependencies=needs(Permission.MARKET_VIEW))
async def list_listings(session: Db, params: Params) -> Page[ListingOut]:
    """List the offers."""
    return await list_page(session, select(Listing), columns=LISTING_COLUMNS, params=params)


@router.get("/listings/{listing_id}", dependencies=needs(Permission.MARKET_VIEW))
async def show_listing(listing_id: UUID, session: Db) -> ListingOut:
    """Show an offer."""
    listing = await session.get(Listing, listing_id)
    if listing is None:
        raise NotFoundError("There is no such offer; choose one from the catalogue.")
    return ListingOut.model_validate(listing)


@router.post("/listings", status_code=201, dependencies=needs(Permission.MARKET_LIST))
async def add_listing(body: ListingIn, session: Db) -> ListingOut:
    """Offer a product."""
    listing = await list_product(
        session,
        product_id=body.product_id,
        titles=(body.title_en, body.title_ja),
        descriptions=(body.description_en, body.description_ja),
        price_yen=body.price_yen,
        months=body.months,
        max_releases=body.max_releases,
        readers_bp=body.readers_bp,
        counts_made=body.counts_made,
        sealed_part=body.sealed_part,
    )
    return ListingOut.model_validate(listing)


@router.post("/listings/{listing_id}/close", dependencies=needs(Permission.MARKET_LIST))
async def end_listing(listing_id: UUID, session: Db) -> ListingOut:
    """Take an offer off the catalogue."""
    return ListingOut.model_validate(await close_listing(session, listing_id=listing_id))


@router.get("/orders", dependencies=needs(Permission.MARKET_VIEW))
async def list_orders(session: Db, params: Params) -> Page[OrderOut]:
    """List requests for licences."""
    return await list_page(session, select(Order), columns=ORDER_COLUMNS, params=params)


@router.get("/orders/{order_id}", dependencies=needs(Permission.MARKET_VIEW))
async def show_order(order_id: UUID, session: Db) -> OrderOut:
    """Show a request."""
    return OrderOut.model_validate(await find_order(session, order_id))


@router.post("/orders", status_code=201, dependencies=needs(Permission.MARKET_ORDER))
async def add_order(body: OrderIn, session: Db) -> OrderOut:
    """Draft a request for a licence."""
    order = await request_licence(
        session,
        listing_id=body.listing_id,
        purpose=body.purpose,
        country=body.country,
        commercial_use=body.commercial_use,
        develops_methods=body.develops_methods,
        key_text=body.key,
        wants_sealed=body.wants_sealed,
        message=body.message,
    )
    return OrderOut.model_validate(order)


@router.post("/orders/{order_id}/move", dependencies=needs(Permission.MARKET_ORDER))
async def move_own_order(order_id: UUID, body: MoveIn, session: Db) -> OrderOut:
    """Submit or abandon the own request."""
    order = await move_order(session, order_id=order_id, to=body.to, why=body.why)
    return OrderOut.model_validate(order)


@router.post("/orders/{order_id}/decide", dependencies=needs(Permission.MARKET_DECIDE))
async def decide_order(order_id: UUID, body: MoveIn, session: Db) -> OrderOut:
    """Approve, refuse or ask back."""
    order = await move_order(session, order_id=order_id, to=body.to, why=body.why)
    return OrderOut.model_validate(order)


@router.post("/orders/{order_id}/quote", dependencies=needs(Permission.MARKET_DECIDE))
async def quote(order_id: UUID, body: QuoteIn, session: Db) -> OrderOut:
    """Name a price."""
    order = await quote_order(
        session, order_id=order_id, quote_yen=body.quote_yen, tax_percent=body.tax_percent
    )
    return OrderOut.model_validate(order)


@router.post(
    "/orders/{order_id}/accept", status_code=201, dependencies=needs(Permission.MARKET_ORDER)
)
async def accept(order_id: UUID, session: Db) -> LicenceDetail:
    """Order at the quoted price."""
    return await _detail(session, await accept_quote(session, order_id=order_id))


@router.get("/licences", dependencies=needs(Permission.MARKET_VIEW))
async def list_licences(session: Db, params: Params) -> Page[LicenceOut]:
    """List licences."""
    return await list_page(session, select(Licence), columns=LICENCE_COLUMNS, params=params)


@router.get("/licences/{licence_id}", dependencies=needs(Permission.MARKET_VIEW))
async def show_licence(licence_id: UUID, session: Db) -> LicenceDetail:
    """Show a licence with its terms and signatures."""
    return await _detail(session, await find_licence(session, licence_id))


@router.post("/licences/{licence_id}/sign", dependencies=needs(Permission.MARKET_ORDER))
async def sign_as_licensee(licence_id: UUID, body: SignIn, session: Db) -> LicenceDetail:
    """Sign the terms as the licensee."""
    licence = await sign_licence(session, licence_id=licence_id, terms_sha256=body.terms_sha256)
    return await _detail(session, licence)


@router.post("/licences/{licence_id}/countersign", dependencies=needs(Permission.MARKET_DECIDE))
async def sign_as_platform(licence_id: UUID, body: SignIn, session: Db) -> LicenceDetail:
    """Sign the terms for the platform."""
    licence = await sign_licence(session, licence_id=licence_id, terms_sha256=body.terms_sha256)
    return await _detail(session, licence)


@router.post("/licences/{licence_id}/payment", dependencies=needs(Permission.MARKET_SETTLE))
async def pay(licence_id: UUID, session: Db) -> LicenceDetail:
    """Write down that the fee came in."""
    return await _detail(session, await record_payment(session, licence_id=licence_id))


@router.post("/licences/{licence_id}/move", dependencies=needs(Permission.MARKET_DECIDE))
async def move_licence(licence_id: UUID, body: MoveIn, session: Db) -> LicenceDetail:
    """Suspend, resume, revoke or close a licence."""
    licence = await change_licence(
        session, licence_id=licence_id, to=body.to, why=body.why or body.to.value
    )
    return await _detail(session, licence)


async def _detail(session: AsyncSession, licence: Licence) -> LicenceDetail:
    signatures = await session.scalars(
        select(LicenceSignature)
        .where(LicenceSignature.licence_id == licence.id)
        .order_by(LicenceSignature.id)
    )
    released = await session.scalar(
        select(func.count()).select_from(Release).where(Release.licence_id == licence.id)
    )
    await session.refresh(licence)
    return LicenceDetail(
        **LicenceOut.model_validate(licence).model_dump(),
        terms=licence.terms,
        signatures=[SignatureOut.model_validate(s) for s in signatures],
        released=released or 0,
    )
