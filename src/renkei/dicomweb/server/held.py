"""Pictures of a conflict: the held file beside the copy on record."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from renkei import compute
from renkei.collect.scans import DicomFacts
from renkei.collect.server.conflict import on_record, read_held
from renkei.collect.server.held import find_held
from renkei.dicomweb.render import JPEG, Look, render
from renkei.dicomweb.server.roots import NoSuchImageError
from renkei.server.actor import Permission
from renkei.server.web import Db, gives, needs

SIDE_PX = 512
router = APIRouter(prefix="/api/v1/dicomweb/quarantine", tags=["dicomweb"])
DECIDE: Any = needs(Permission.COLLECT_DECIDE)


class Which(StrEnum):
    """Which of the two copies."""

    HELD = "held"
    RECORD = "record"


@router.get("/{held_id}/{which}", dependencies=DECIDE, **gives(JPEG))
async def get_picture(held_id: UUID, which: Which, session: Db) -> Response:
    """Return the first frame of a held image, or of the copy on record that it conflicts with."""
    held = await find_held(session, held_id=held_id)
    data, facts = await read_held(session, held)
    if not isinstance(facts, DicomFacts):
        raise NoSuchImageError("The held file cannot be read as an image.")
    shown = data if which is Which.HELD else await on_record(session, held, facts.sop_uid)
    if shown is None:
        raise NoSuchImageError("No copy of this image is on record.")
    look = Look(viewport=(SIDE_PX, SIDE_PX))
    picture = await compute.run(render, shown, look, seconds=60.0)
    return Response(picture, media_type=JPEG, headers={"Cache-Control": "no-store"})
