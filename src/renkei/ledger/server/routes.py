"""Routes of the ledger: records, receipts, checkpoints, trust."""

import base64
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import select
from starlette.responses import PlainTextResponse

from renkei.ledger.backends.embedded import newest, prove_growth
from renkei.ledger.server.receipt import find_anchor, receipt_for
from renkei.ledger.server.schemas import (
    AnchorDetail,
    AnchorOut,
    ConsistencyOut,
    EntryOut,
    LogCheckOut,
    ReceiptOut,
    TrustOut,
)
from renkei.ledger.server.store import Rows
from renkei.ledger.server.tables import Anchor, LogEntry
from renkei.ledger.server.trust import check_log, current_trust
from renkei.server.actor import Permission
from renkei.server.web import Db, Page, Params, list_page, needs

router = APIRouter(prefix="/ledger", tags=["ledger"])
ANCHOR_COLUMNS = {name: getattr(Anchor, name) for name in AnchorOut.model_fields}
ENTRY_COLUMNS = {name: getattr(LogEntry, name) for name in EntryOut.model_fields}
Size = Annotated[int, Query(ge=1, le=2**53, description="A number of entries.")]


@router.get("/anchors", dependencies=needs(Permission.LEDGER_VIEW))
async def list_anchors(session: Db, params: Params) -> Page[AnchorOut]:
    """List the records that the actor is a party to."""
    return await list_page(session, select(Anchor), columns=ANCHOR_COLUMNS, params=params)


@router.get("/anchors/{anchor_id}", dependencies=needs(Permission.LEDGER_VIEW))
async def show_anchor(anchor_id: UUID, session: Db) -> AnchorDetail:
    """Show a record with what was committed to."""
    return AnchorDetail.model_validate(await find_anchor(session, anchor_id=anchor_id))


@router.get("/anchors/{anchor_id}/receipt", dependencies=needs(Permission.LEDGER_VIEW))
async def show_receipt(anchor_id: UUID, session: Db) -> ReceiptOut:
    """Return the receipt of a record."""
    anchor = await find_anchor(session, anchor_id=anchor_id)
    return ReceiptOut.model_validate((await receipt_for(session, anchor)).to_json())


@router.get("/entries", dependencies=needs(Permission.LEDGER_VIEW))
async def list_entries(session: Db, params: Params) -> Page[EntryOut]:
    """List the log's entries, for whoever keeps a copy of it."""
    return await list_page(session, select(LogEntry), columns=ENTRY_COLUMNS, params=params)


@router.get(
    "/checkpoint",
    dependencies=needs(Permission.LEDGER_VIEW),
    response_class=PlainTextResponse,
)
async def show_checkpoint(session: Db) -> PlainTextResponse:
    """Return the newest signed checkpoint."""
    _, note = await newest(Rows(session))
    return PlainTextResponse(note)


@router.get("/consistency", dependencies=needs(Permission.LEDGER_VIEW))
async def show_consistency(old: Size, new: Size, session: Db) -> ConsistencyOut:
    """Prove that the log of size `old` only grew into that of size `new`."""
    hashes = await prove_growth(Rows(session), old, new)
    encoded = [base64.b64encode(h).decode() for h in hashes]
    return ConsistencyOut(old=old, new=new, hashes=encoded)


@router.get("/trust", dependencies=needs(Permission.LEDGER_VIEW))
async def show_trust() -> TrustOut:
    """Return the keys and the list of recalls that `renkei verify` needs."""
    return TrustOut.model_validate((await current_trust()).to_json())


@router.post("/check", dependencies=needs(Permission.LEDGER_CHECK))
async def check(session: Db) -> LogCheckOut:
    """Replay the log against its checkpoints."""
    return LogCheckOut.model_validate(await check_log(session))
