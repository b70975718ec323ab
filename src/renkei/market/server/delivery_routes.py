"""Routes of deliveries: files, keys, bodies by byte range, notices of recalls."""

import base64
import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header
from sqlalchemy import select
from sqlalchemy.orm import undefer
from starlette.responses import Response

from renkei.ledger.server.receipt import find_anchor, receipt_for
from renkei.ledger.server.schemas import ReceiptOut
from renkei.market.server.deliver import open_delivery
from renkei.market.server.recall import confirm_destroyed
from renkei.market.server.release import NotReadyError, file_body, find_delivery, release_key
from renkei.market.server.schemas import (
    DeliveryFileOut,
    DeliveryIn,
    DeliveryOut,
    KeyIn,
    KeyOut,
    NoticeOut,
    ReleaseOut,
)
from renkei.market.server.tables import Delivery, DeliveryFile, RecallNotice, Release
from renkei.server.actor import Permission
from renkei.server.web import Db, Number, Page, Params, list_page, needs

router = APIRouter()
DELIVERY_COLUMNS = {name: getattr(Delivery, name) for name in DeliveryOut.model_fields}
FILE_COLUMNS = {name: getattr(DeliveryFile, name) for name in DeliveryFileOut.model_fields}
RELEASE_COLUMNS = {name: getattr(Release, name) for name in ReleaseOut.model_fields}
NOTICE_COLUMNS = {name: getattr(RecallNotice, name) for name in NoticeOut.model_fields}
OCTETS = "application/octet-stream"
BODY: dict[str, Any] = {"content": {OCTETS: {}}}
_RANGE = re.compile(r"bytes=(\d{1,18})-(\d{1,18})?")


@router.post(
    "/licences/{licence_id}/deliveries",
    status_code=202,
    dependencies=needs(Permission.MARKET_DOWNLOAD),
)
async def deliver(licence_id: UUID, body: DeliveryIn, session: Db) -> DeliveryOut:
    """Begin a delivery; it is ready when its manifest is built."""
    delivery = await open_delivery(session, licence_id=licence_id, days=body.days)
    return DeliveryOut.model_validate(delivery)


@router.get("/deliveries", dependencies=needs(Permission.MARKET_VIEW))
async def list_deliveries(session: Db, params: Params) -> Page[DeliveryOut]:
    """List deliveries."""
    return await list_page(session, select(Delivery), columns=DELIVERY_COLUMNS, params=params)


@router.get("/deliveries/{delivery_id}", dependencies=needs(Permission.MARKET_VIEW))
async def show_delivery(delivery_id: UUID, session: Db) -> DeliveryOut:
    """Show a delivery."""
    return DeliveryOut.model_validate(await find_delivery(session, delivery_id))


@router.get("/deliveries/{delivery_id}/files", dependencies=needs(Permission.MARKET_VIEW))
async def list_files(delivery_id: UUID, session: Db, params: Params) -> Page[DeliveryFileOut]:
    """List the files of a delivery."""
    delivery = await find_delivery(session, delivery_id)
    query = select(DeliveryFile).where(DeliveryFile.delivery_id == delivery.id)
    return await list_page(session, query, columns=FILE_COLUMNS, params=params)


@router.get("/deliveries/{delivery_id}/manifest", dependencies=needs(Permission.MARKET_DOWNLOAD))
async def show_manifest(delivery_id: UUID, session: Db) -> Response:
    """Return the delivery's manifest, as `renkei verify` reads it."""
    await find_delivery(session, delivery_id)
    delivery = await session.get_one(
        Delivery, delivery_id, options=[undefer(Delivery.manifest)], populate_existing=True
    )
    if delivery.manifest is None:
        raise NotReadyError("The delivery is being built; try again in a moment.")
    return Response(delivery.manifest, media_type="application/json")


@router.get("/deliveries/{delivery_id}/receipt", dependencies=needs(Permission.MARKET_DOWNLOAD))
async def show_receipt(delivery_id: UUID, session: Db) -> ReceiptOut:
    """Return the ledger's receipt of the delivery's root."""
    delivery = await find_delivery(session, delivery_id)
    if delivery.anchor_key is None:
        raise NotReadyError("The delivery is being built; try again in a moment.")
    anchor = await find_anchor(session, key=delivery.anchor_key)
    return ReceiptOut.model_validate((await receipt_for(session, anchor)).to_json())


@router.post(
    "/deliveries/{delivery_id}/files/{n}/key", dependencies=needs(Permission.MARKET_DOWNLOAD)
)
async def release(delivery_id: UUID, n: Number, body: KeyIn, session: Db) -> KeyOut:
    """Release the key of a file to the licence's public key; metered."""
    header = await release_key(session, delivery_id=delivery_id, n=n, request=body.request)
    return KeyOut(header=base64.b64encode(header).decode())


@router.get(
    "/deliveries/{delivery_id}/files/{n}/body",
    dependencies=needs(Permission.MARKET_DOWNLOAD),
    response_class=Response,
    responses={
        200: BODY | {"description": "The whole body"},
        206: BODY | {"description": "The bytes that were asked for"},
        416: {"description": "The range begins behind the end"},
    },
)
async def show_body(
    delivery_id: UUID,
    n: Number,
    session: Db,
    range_header: Annotated[str | None, Header(alias="Range", max_length=60)] = None,
) -> Response:
    """Return the encrypted body of a file, whole or from a byte on."""
    body = await file_body(session, delivery_id=delivery_id, n=n)
    asked = _RANGE.fullmatch(range_header or "")
    if asked is None:
        return Response(body, media_type=OCTETS, headers={"Accept-Ranges": "bytes"})
    start, stop = int(asked[1]), min(int(asked[2] or len(body)) + 1, len(body))
    if start >= stop:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{len(body)}"})
    headers = {"Content-Range": f"bytes {start}-{stop - 1}/{len(body)}", "Accept-Ranges": "bytes"}
    return Response(body[start:stop], status_code=206, media_type=OCTETS, headers=headers)


@router.get("/releases", dependencies=needs(Permission.MARKET_VIEW))
async def list_releases(session: Db, params: Params) -> Page[ReleaseOut]:
    """List metered key releases."""
    return await list_page(session, select(Release), columns=RELEASE_COLUMNS, params=params)


@router.get("/notices", dependencies=needs(Permission.MARKET_VIEW))
async def list_notices(session: Db, params: Params) -> Page[NoticeOut]:
    """List what holders have to destroy."""
    return await list_page(session, select(RecallNotice), columns=NOTICE_COLUMNS, params=params)


@router.post("/notices/{notice_id}/destroyed", dependencies=needs(Permission.MARKET_DOWNLOAD))
async def destroyed(notice_id: UUID, session: Db) -> NoticeOut:
    """State that the named files were destroyed."""
    return NoticeOut.model_validate(await confirm_destroyed(session, notice_id=notice_id))
