"""Routes of one's own attempt: next, open, draw, bring, compute, submit."""

import json
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select

from renkei.annotate.assertion import Assertion
from renkei.annotate.files import Format, LabelFileRefusedError
from renkei.annotate.server.bring import bring_labels
from renkei.annotate.server.draw import add_stroke, next_attempt, open_attempt
from renkei.annotate.server.export import read_mask
from renkei.annotate.server.find import find_own, find_task, words_of
from renkei.annotate.server.schemas import (
    AttemptOut,
    OpenedOut,
    OpenIn,
    SavedOut,
    StrokeIn,
    SubmitIn,
)
from renkei.annotate.server.submit import submit_attempt
from renkei.annotate.server.tables import Attempt
from renkei.annotate.strokes import Run, StrokesRefusedError, pack_runs
from renkei.server.actor import Permission
from renkei.server.db import actor_of
from renkei.server.web import Db, Page, Params, gives, list_page, needs

router = APIRouter(max_body_size=64 << 20)
LABEL = needs(Permission.ANNOTATE_LABEL)
GZIP = {"Content-Encoding": "gzip"}
Form = Literal["nifti", "seg", "labelmap", "rtstruct", "packed", "geojson", "coco", "ann"]
Given = Literal[Form, "sr"]
GROUP = "A group of the vocabulary, such as organs."
FILE: dict[str, Any] = {"requestBody": {"content": {"application/octet-stream": {}}}}
VALUES = "What the numbers of the file mean, as JSON {number: key}."
COLUMNS = {
    name: getattr(Attempt, name)
    for name in ("id", "task_id", "part", "arm", "state", "submitted_at", "created_at")
}


@router.get("/attempts", dependencies=LABEL)
async def list_attempts(session: Db, params: Params) -> Page[AttemptOut]:
    """List the actor's own attempts."""
    own = select(Attempt).where(Attempt.user_id == UUID(actor_of(session).id))
    return await list_page(session, own, columns=COLUMNS, params=params)


@router.post("/next", dependencies=LABEL)
async def show_next(session: Db) -> AttemptOut:
    """Return the case that waits for the actor."""
    return AttemptOut.model_validate(await next_attempt(session))


@router.get("/attempts/{attempt_id}", dependencies=LABEL)
async def show_attempt(attempt_id: UUID, session: Db) -> AttemptOut:
    """Show an attempt of the actor's own."""
    return AttemptOut.model_validate(await find_own(session, attempt_id=attempt_id))


@router.post("/attempts/{attempt_id}/open", dependencies=LABEL)
async def begin(attempt_id: UUID, body: OpenIn, session: Db) -> OpenedOut:
    """Open an attempt for drawing in this window."""
    return OpenedOut.model_validate(
        await open_attempt(session, attempt_id=attempt_id, lease=body.lease, take=body.take)
    )


@router.get("/attempts/{attempt_id}/mask", dependencies=LABEL, **gives("application/octet-stream"))
async def show_mask(
    attempt_id: UUID, session: Db, group: Annotated[str, Query(max_length=60, description=GROUP)]
) -> Response:
    """Return what is drawn in a group, one byte per voxel, gzipped."""
    data = await read_mask(session, attempt_id=attempt_id, group=group)
    return Response(data, media_type="application/octet-stream", headers=GZIP)


@router.post("/attempts/{attempt_id}/strokes", status_code=201, dependencies=LABEL)
async def save_stroke(attempt_id: UUID, body: StrokeIn, session: Db) -> SavedOut:
    """Append a stroke; the same one again gives the same answer."""
    attempt = await find_own(session, attempt_id=attempt_id)
    task = await find_task(session, task_id=attempt.task_id)
    if task.image is None or "shape" not in task.image:
        raise StrokesRefusedError("Strokes are drawn on volumes; draw polygons on a slide.")
    z, y, x = task.image["shape"]
    runs = pack_runs((Run(**run.model_dump()) for run in body.runs), words_of(task), z * y * x)
    stroke = await add_stroke(
        session,
        attempt_id=attempt_id,
        lease=body.lease,
        seq=body.seq,
        previous=body.previous,
        runs=runs,
        step=body.step,
    )
    return SavedOut.model_validate(stroke)


@router.post("/attempts/{attempt_id}/labels", dependencies=LABEL, openapi_extra=FILE)
async def bring(
    attempt_id: UUID,
    request: Request,
    session: Db,
    lease: Annotated[UUID, Query(description="The lease of the window that acts.")],
    format: Annotated[Given, Query(description="How the file is written.")],  # noqa: A002  its name in the address
    values: Annotated[str, Query(max_length=4_000, description=VALUES)] = "",
) -> AttemptOut:
    """Replace what is drawn by the labels of a file; `values` is JSON {number: key}."""
    try:
        named = {int(n): str(key) for n, key in json.loads(values).items()} if values else None
    except (ValueError, AttributeError) as error:
        raise LabelFileRefusedError("Write `values` as JSON, such as {1: liver}.") from error
    attempt = await bring_labels(
        session,
        attempt_id=attempt_id,
        lease=lease,
        data=await request.body(),
        kind=Format(format),
        values=named,
    )
    return AttemptOut.model_validate(attempt)


@router.post("/attempts/{attempt_id}/submit", dependencies=LABEL)
async def hand_in(attempt_id: UUID, body: SubmitIn, session: Db) -> AttemptOut:
    """Hand in an attempt."""
    said = {key: Assertion(one.said, one.reason) for key, one in body.said.items()}
    return AttemptOut.model_validate(
        await submit_attempt(session, attempt_id=attempt_id, lease=body.lease, said=said)
    )
