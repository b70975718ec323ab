"""Routes of what follows the reading: compare, decide, propose, sign, export."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.files import SUFFIX, Format
from renkei.annotate.server.adjudicate import (
    decide_dispute,
    disputes_of,
    find_comparison,
    propose_labels,
)
from renkei.annotate.server.blind import hidden_image, hidden_images
from renkei.annotate.server.bring import import_record
from renkei.annotate.server.drawing import GROUP, Form
from renkei.annotate.server.export import (
    export_label,
    read_compared,
    read_compared_outlines,
)
from renkei.annotate.server.find import find_label
from renkei.annotate.server.schemas import (
    ComparisonOut,
    DecisionIn,
    DecisionOut,
    DisputeOut,
    ImportIn,
    LabelOut,
    LeaseIn,
    OutlineOut,
    SignatureOut,
    TaskOut,
)
from renkei.annotate.server.sign import sign_task
from renkei.annotate.server.tables import LabelVersion, Signature
from renkei.people.server.stepup import check_fresh
from renkei.server.actor import Permission
from renkei.server.web import Db, Page, Params, gives, list_page, needs

router = APIRouter()
READ = needs(Permission.ANNOTATE_READ)
DECIDE = needs(Permission.ANNOTATE_ADJUDICATE)
GZIP = {"Content-Encoding": "gzip"}
PLAIN = {"authors", "absent", "note"}
LABELS = {name: getattr(LabelVersion, name) for name in LabelOut.model_fields if name not in PLAIN}
SIGNATURES = {
    name: getattr(Signature, name) for name in SignatureOut.model_fields if name not in PLAIN
}


@router.get("/tasks/{task_id}/comparison", dependencies=READ)
async def show_comparison(task_id: UUID, session: Db) -> ComparisonOut:
    """Show two readings side by side with what is disputed and decided."""
    comparison = await find_comparison(session, task_id=task_id)
    disputes = []
    for row, decision in await disputes_of(session, comparison):
        shown = DisputeOut.model_validate(row)
        shown.decision = None if decision is None else DecisionOut.model_validate(decision)
        disputes.append(shown)
    answer = ComparisonOut.model_validate(comparison)
    answer.disputes = disputes
    return answer


@router.get(
    "/tasks/{task_id}/comparison/mask", dependencies=READ, **gives("application/octet-stream")
)
async def show_compared(
    task_id: UUID,
    session: Db,
    side: Annotated[Literal["a", "b", "difference"], Query(description="Which reading.")],
    group: Annotated[str, Query(max_length=60, description=GROUP)],
) -> Response:
    """Return reading A, reading B or their difference in a group, gzipped."""
    data = await read_compared(session, task_id=task_id, side=side, group=group)
    return Response(data, media_type="application/octet-stream", headers=GZIP)


@router.get("/tasks/{task_id}/comparison/outlines", dependencies=READ)
async def show_compared_outlines(
    task_id: UUID,
    session: Db,
    side: Annotated[Literal["a", "b"], Query(description="Which reading.")],
) -> list[OutlineOut]:
    """Return the polygons of reading A or B of a slide."""
    outlines = await read_compared_outlines(session, task_id=task_id, side=side)
    return [OutlineOut.model_validate(outline) for outline in outlines]


@router.post("/disputes/{dispute_id}/decisions", status_code=201, dependencies=DECIDE)
async def decide(dispute_id: UUID, body: DecisionIn, session: Db) -> DecisionOut:
    """Decide one dispute."""
    return DecisionOut.model_validate(
        await decide_dispute(
            session,
            dispute_id=dispute_id,
            choice=body.choice,
            code=body.code,
            reason=body.reason,
        )
    )


@router.post("/attempts/{attempt_id}/propose", dependencies=DECIDE)
async def propose(attempt_id: UUID, body: LeaseIn, session: Db) -> TaskOut:
    """Put the decisions together and send the labels to review."""
    return TaskOut.model_validate(
        await propose_labels(session, attempt_id=attempt_id, lease=body.lease)
    )


@router.post("/tasks/{task_id}/sign", status_code=201, dependencies=needs(Permission.ANNOTATE_SIGN))
async def sign(task_id: UUID, request: Request, session: Db) -> SignatureOut:
    """Sign the labels that a task proposes, after a one-time code."""
    await check_fresh(session, request)
    return _signature(session, await sign_task(session, task_id=task_id))


@router.get("/labels", dependencies=READ)
async def list_labels(session: Db, params: Params) -> Page[LabelOut]:
    """List finished labels."""
    columns = LABELS | hidden_images(session, LabelVersion, LabelVersion.task_id)
    page = await list_page(session, select(LabelVersion), columns=columns, params=params)
    if isinstance(page, Response):
        return page
    return page.model_copy(update={"items": [_label(session, row) for row in page.items]})


@router.post("/labels", status_code=201, dependencies=needs(Permission.ANNOTATE_ASSIGN))
async def bring_record(body: ImportIn, session: Db) -> LabelOut:
    """Make labels of a file that a hospital sent along."""
    return LabelOut.model_validate(
        await import_record(
            session, record_id=body.record_id, vocabulary=body.vocabulary, values=body.values
        )
    )


@router.get("/labels/{label_id}", dependencies=READ)
async def show_label(label_id: UUID, session: Db) -> LabelOut:
    """Show finished labels."""
    return _label(session, await find_label(session, label_id=label_id))


@router.get("/labels/{label_id}/export", dependencies=READ, **gives("application/octet-stream"))
async def export(
    label_id: UUID,
    session: Db,
    format: Annotated[Form, Query(description="How the file is written.")],  # noqa: A002  its name in the address
) -> Response:
    """Return labels as a file."""
    kind = Format(format)
    data = await export_label(session, label_id=label_id, kind=kind)
    name = f'attachment; filename="labels-{label_id}{SUFFIX[kind]}"'
    return Response(
        data, media_type="application/octet-stream", headers={"Content-Disposition": name}
    )


@router.get("/signatures", dependencies=READ)
async def list_signatures(session: Db, params: Params) -> Page[SignatureOut]:
    """List signatures."""
    columns = SIGNATURES | hidden_images(session, Signature, Signature.task_id)
    page = await list_page(session, select(Signature), columns=columns, params=params)
    if isinstance(page, Response):
        return page
    return page.model_copy(update={"items": [_signature(session, row) for row in page.items]})


def _label(session: AsyncSession, row: LabelVersion) -> LabelOut:
    hidden = hidden_image(session, row, row.task_id)
    return LabelOut.model_validate(row).model_copy(update=hidden)


def _signature(session: AsyncSession, row: Signature) -> SignatureOut:
    hidden = hidden_image(session, row, row.task_id)
    return SignatureOut.model_validate(row).model_copy(update=hidden)
