"""Routes of intake: open and close batches, see their files and what is in quarantine."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy import select

from renkei.collect.server.batch import close_batch, find_batch, open_batch
from renkei.collect.server.count import Counts, count_batch, count_batches
from renkei.collect.server.quarantine import router as quarantine_router
from renkei.collect.server.schemas import BatchOut, CountsOut, FileOut, OpenedOut
from renkei.collect.server.tables import Batch, BatchFile
from renkei.collect.server.tabular import router as tabular_router
from renkei.collect.server.tool import check_sender
from renkei.collect.server.tool import router as tool_router
from renkei.collect.server.uploads import router as uploads_router
from renkei.proof.batch import MANIFEST_LIMIT, parse_batch
from renkei.server.actor import Permission
from renkei.server.web import Db, Page, Params, list_page, needs

router = APIRouter(prefix="/collect", tags=["collect"])
router.include_router(uploads_router)
router.include_router(quarantine_router)
router.include_router(tabular_router)
router.include_router(tool_router)
VIEW = needs(Permission.COLLECT_VIEW)
SEND = needs(Permission.COLLECT_SEND)

BATCHES: dict[str, Any] = {
    "id": Batch.id,
    "created_at": Batch.created_at,
    "site_id": Batch.site_id,
    "state": Batch.state,
    "approval_id": Batch.approval_id,
    "agreement_id": Batch.agreement_id,
    "opened_by": Batch.opened_by,
}
FILES: dict[str, Any] = {name: getattr(BatchFile, name) for name in FileOut.model_fields}


@router.post("/batches", status_code=201, dependencies=SEND, max_body_size=MANIFEST_LIMIT)
async def post_batch(request: Request, session: Db) -> OpenedOut:
    """Open the batch of a manifest; the same manifest again answers with what is still missing."""
    manifest = parse_batch(await request.body())
    check_sender(request.headers.get("User-Agent", ""), manifest.tool)
    opened = await open_batch(session, manifest=manifest)
    return OpenedOut(id=opened.batch.id, missing=opened.missing, stow_root=str(opened.batch.id))


@router.get("/batches", dependencies=VIEW)
async def list_batches(session: Db, params: Params) -> Page[BatchOut]:
    """List batches with what became of them."""
    page = await list_page(session, select(Batch), columns=BATCHES, params=params)
    if isinstance(page, Page):
        counts = await count_batches(session, [batch.id for batch in page.items])
        page.items = [_batch(batch, counts[batch.id]) for batch in page.items]
    return page


@router.get("/batches/{batch_id}", dependencies=VIEW)
async def get_batch(batch_id: UUID, session: Db) -> BatchOut:
    """Return a batch with what became of it."""
    batch = await find_batch(session, batch_id=batch_id)
    return _batch(batch, await count_batch(session, batch_id=batch_id))


@router.get("/batches/{batch_id}/files", dependencies=VIEW)
async def list_files(batch_id: UUID, session: Db, params: Params) -> Page[FileOut]:
    """List the files of a batch."""
    await find_batch(session, batch_id=batch_id)
    query = select(BatchFile).where(BatchFile.batch_id == batch_id)
    return await list_page(session, query, columns=FILES, params=params)


@router.post("/batches/{batch_id}/close", dependencies=SEND)
async def post_close(batch_id: UUID, session: Db) -> CountsOut:
    """Close a batch; what has not come counts as quarantined (missing)."""
    return _counts(await close_batch(session, batch_id=batch_id))


def _counts(counts: Counts) -> CountsOut:
    return CountsOut(sent=counts.sent, **asdict(counts))


def _batch(batch: Batch, counts: Counts) -> BatchOut:
    shown = {name: getattr(batch, name) for name in BATCHES}
    return BatchOut(**shown, sent=counts.sent, **asdict(counts))
