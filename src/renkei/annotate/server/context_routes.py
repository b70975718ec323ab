"""Routes of what is looked at beside a task's image."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response

from renkei.annotate.server.context import (
    KEY_LETTERS,
    NoSuchContextError,
    context_slabs,
    list_context,
)
from renkei.server.actor import Permission
from renkei.server.web import Db, Number, Out, gives, needs

router = APIRouter()
READ = needs(Permission.ANNOTATE_READ)
OCTETS = "application/octet-stream"
GZIP = {"Content-Encoding": "gzip"}
Key = Annotated[
    str, Path(pattern=f"^[0-9a-f]{{{KEY_LETTERS}}}$", description="A series of the task's context.")
]


class ContextOut(Out):
    """A series beside the task's image, named within this task only."""

    key: str
    modality: str
    description: str | None
    body_part: str | None
    slices: int
    prior: bool
    days_before: int | None
    frame: int | None


@router.get("/tasks/{task_id}/context", dependencies=READ)
async def show_context(task_id: UUID, session: Db) -> list[ContextOut]:
    """List the other series of the task's study, and those of the study before it."""
    return [
        ContextOut(
            key=one.key,
            modality=one.series.modality,
            description=one.series.description,
            body_part=one.series.body_part,
            slices=one.series.instances,
            prior=one.prior,
            days_before=one.days_before,
            frame=one.frame,
        )
        for one in await list_context(session, task_id=task_id)
    ]


@router.get("/tasks/{task_id}/context/{key}/volume", dependencies=READ)
async def show_context_volume(task_id: UUID, key: Key, session: Db) -> dict[str, Any]:
    """Return the grid and the window of a series beside the task's image."""
    header = (await context_slabs(session, task_id=task_id, key=key)).header
    return {name: value for name, value in header.items() if name != "sop_uids"}


@router.get("/tasks/{task_id}/context/{key}/slabs/{number}", dependencies=READ, **gives(OCTETS))
async def show_context_slab(task_id: UUID, key: Key, number: Number, session: Db) -> Response:
    """Return one slab of a series beside the task's image: int16 little-endian, gzipped."""
    slabs = (await context_slabs(session, task_id=task_id, key=key)).slabs
    if number >= len(slabs):
        raise NoSuchContextError("The series has no such slab; its header says how many there are.")
    return Response(slabs[number], media_type=OCTETS, headers=GZIP)
