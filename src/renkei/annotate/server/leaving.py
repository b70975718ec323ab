"""Routes of cases that cannot be read: leave one, the coordinator's queue, hand on, give back."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from renkei.annotate.protocol import AttemptState, Part, Unreadable
from renkei.annotate.server.leave import give_back, hand_on, leave_attempt, left_parts
from renkei.annotate.server.schemas import AttemptOut, PartOut
from renkei.annotate.server.tables import Attempt
from renkei.server.actor import Permission
from renkei.server.web import Db, In, Out, Page, Params, list_page, needs

router = APIRouter()
ASSIGN = needs(Permission.ANNOTATE_ASSIGN)


class LeaveIn(In):
    """Why a case cannot be read; `other` needs a note."""

    why: Unreadable
    note: Annotated[str, Field(max_length=500)] = ""


class HandOnIn(In):
    """Who gets a part that was left; nobody named: who fits best."""

    user_id: UUID | None = None


class GiveBackIn(In):
    """The answer to who left a case."""

    note: Annotated[str, Field(min_length=1, max_length=500)]


class LeftOut(Out):
    """A part that waits for somebody else."""

    id: UUID
    created_at: datetime
    task_id: UUID
    user_id: UUID
    part: Part
    state: AttemptState
    unreadable: Unreadable | None
    note: str


COLUMNS: dict[str, Any] = {name: getattr(Attempt, name) for name in LeftOut.model_fields}


@router.post("/attempts/{attempt_id}/leave", dependencies=needs(Permission.ANNOTATE_LABEL))
async def leave(attempt_id: UUID, body: LeaveIn, session: Db) -> AttemptOut:
    """Leave a case that one cannot read, with the reason."""
    return AttemptOut.model_validate(
        await leave_attempt(session, attempt_id=attempt_id, why=body.why, note=body.note)
    )


@router.get("/left", dependencies=ASSIGN)
async def list_left(session: Db, params: Params) -> Page[LeftOut]:
    """List the parts that somebody left or let lie, and that wait for somebody else."""
    return await list_page(session, left_parts(), columns=COLUMNS, params=params)


@router.post("/left/{attempt_id}/hand-on", status_code=201, dependencies=ASSIGN)
async def post_hand_on(attempt_id: UUID, body: HandOnIn, session: Db) -> PartOut:
    """Give a part that was left to somebody else."""
    return PartOut.model_validate(
        await hand_on(session, attempt_id=attempt_id, user_id=body.user_id)
    )


@router.post("/left/{attempt_id}/give-back", dependencies=ASSIGN)
async def post_give_back(attempt_id: UUID, body: GiveBackIn, session: Db) -> PartOut:
    """Give a part back to who left it, with an answer."""
    return PartOut.model_validate(await give_back(session, attempt_id=attempt_id, note=body.note))
