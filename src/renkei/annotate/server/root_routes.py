"""Routes of the full reader: open an attempt in it, and see what became of what it sent."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from renkei.annotate.server.find import find_own
from renkei.annotate.server.root import open_reader, open_slide
from renkei.annotate.server.root_tables import ReturnedObject
from renkei.dicomweb.server.roots import set_cookie
from renkei.server.actor import Permission
from renkei.server.web import Db, In, Out, Page, Params, list_page, needs
from renkei.server.web.address import over_tls

router = APIRouter()
LABEL = needs(Permission.ANNOTATE_LABEL)
READ = needs(Permission.ANNOTATE_READ)


class ReaderIn(In):
    """Open the full reader; `take` ends another window's lease."""

    take: bool = False


class ReaderOut(Out):
    """Where the case is shown, and until when."""

    path: str
    expires_at: datetime


class ReturnedOut(Out):
    """An object that came back: taken up to stroke `seq`, or refused, and why."""

    id: UUID
    created_at: datetime
    sop_class_uid: str
    refused: str | None
    why: str | None
    seq: int | None


@router.post("/attempts/{attempt_id}/reader", status_code=201, dependencies=LABEL)
async def begin_in_reader(
    attempt_id: UUID, body: ReaderIn, request: Request, response: Response, session: Db
) -> ReaderOut:
    """Open an attempt in the full reader; the cookie of its images comes with the answer."""
    opened, study_uid = await open_reader(session, attempt_id=attempt_id, take=body.take)
    set_cookie(response, opened, secure=over_tls(request))
    # Of OHIF's modes only this one draws, and only the other one measures.
    mode = "segmentation" if opened.root.labels else "viewer"
    path = f"/ohif/{opened.root.id}/{mode}?StudyInstanceUIDs={study_uid}"
    return ReaderOut(path=path, expires_at=opened.root.expires_at)


@router.post("/tasks/{task_id}/slide", status_code=201, dependencies=READ)
async def begin_on_slide(
    task_id: UUID, request: Request, response: Response, session: Db
) -> ReaderOut:
    """Open the slide of a task; the cookie of its tiles comes with the answer."""
    opened, path = await open_slide(session, task_id=task_id)
    set_cookie(response, opened, secure=over_tls(request))
    return ReaderOut(path=path, expires_at=opened.root.expires_at)


@router.get("/attempts/{attempt_id}/returned", dependencies=LABEL)
async def list_returned(attempt_id: UUID, session: Db, params: Params) -> Page[ReturnedOut]:
    """List what the full reader sent for an attempt."""
    attempt = await find_own(session, attempt_id=attempt_id)
    own = select(ReturnedObject).where(ReturnedObject.attempt_id == attempt.id)
    columns = {name: getattr(ReturnedObject, name) for name in ReturnedOut.model_fields}
    return await list_page(session, own, columns=columns, params=params)
