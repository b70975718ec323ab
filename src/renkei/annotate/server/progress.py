"""What an attempt went through: its strokes for undoing them, slices seen, time at work."""

from itertools import pairwise
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field, field_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.annotate.server.draw import check_lease
from renkei.annotate.server.find import find_own, find_task
from renkei.annotate.server.tables import Attempt, Stroke
from renkei.annotate.strokes import Step, unpack_runs
from renkei.errors import NotFoundError
from renkei.server.actor import Permission
from renkei.server.web import Db, In, Number, Out, gives, needs

MOST_STRETCHES = 2_000
DAY = 86_400
router = APIRouter()
LABEL = needs(Permission.ANNOTATE_LABEL)
ASSIGN = needs(Permission.ANNOTATE_ASSIGN)
Slice = Annotated[int, Field(ge=0, le=100_000)]
Stretch = Annotated[list[Slice], Field(min_length=2, max_length=2)]


class NoSuchStrokeError(NotFoundError):
    """The attempt has no stroke of that number."""


class ProgressOut(Out):
    """What of an attempt is remembered beside its strokes: slices from and to, seconds."""

    visited: list[Stretch]
    active_s: int


class ProgressIn(In):
    """Slices seen so far, as stretches (first, last) in order, and seconds at work altogether."""

    lease: UUID
    visited: Annotated[list[Stretch], Field(max_length=MOST_STRETCHES)]
    active_s: Annotated[int, Field(ge=0, le=30 * DAY)]

    @field_validator("visited")
    @classmethod
    def in_order(cls, stretches: list[list[int]]) -> list[list[int]]:
        """Refuse stretches that run back or touch each other."""
        if any(last < first for first, last in stretches):
            raise ValueError("A stretch of slices runs from its first to its last.")
        if any(b[0] <= a[1] for a, b in pairwise(stretches)):
            raise ValueError("Stretches of slices stand in order and do not overlap.")
        return stretches


class TimeOut(Out):
    """How long somebody was at work on their part, by alias, in seconds."""

    id: UUID
    alias: str
    active_s: int


@router.get("/attempts/{attempt_id}/strokes", dependencies=LABEL)
async def list_steps(attempt_id: UUID, session: Db) -> list[Step]:
    """Say of each stroke, the first one first, whether it draws, undoes or redoes."""
    attempt = await find_own(session, attempt_id=attempt_id)
    query = select(Stroke.step).where(Stroke.attempt_id == attempt.id).order_by(Stroke.seq)
    return list(await session.scalars(query))


@router.get(
    "/attempts/{attempt_id}/strokes/{seq}", dependencies=LABEL, **gives("application/octet-stream")
)
async def show_stroke(attempt_id: UUID, seq: Number, session: Db) -> Response:
    """Return a stroke's runs: rows of int64 little-endian, group, start, length, old, new."""
    attempt = await find_own(session, attempt_id=attempt_id)
    query = select(Stroke.runs).where(Stroke.attempt_id == attempt.id, Stroke.seq == seq)
    runs = await session.scalar(query)
    if runs is None:
        raise NoSuchStrokeError("There is no such stroke: load the case again.")
    table = unpack_runs(runs).astype("<i8").tobytes()
    return Response(table, media_type="application/octet-stream")


@router.get("/attempts/{attempt_id}/progress", dependencies=LABEL)
async def show_progress(attempt_id: UUID, session: Db) -> ProgressOut:
    """Show which slices the actor has seen, and how long they were at work."""
    return ProgressOut.model_validate(await find_own(session, attempt_id=attempt_id))


@router.put("/attempts/{attempt_id}/progress", dependencies=LABEL)
async def keep_progress(attempt_id: UUID, body: ProgressIn, session: Db) -> ProgressOut:
    """Remember which slices were seen and how long the reader was at work."""
    attempt = await note_progress(
        session,
        attempt_id=attempt_id,
        lease=body.lease,
        visited=body.visited,
        active_s=body.active_s,
    )
    return ProgressOut.model_validate(attempt)


async def note_progress(
    session: AsyncSession,
    *,
    attempt_id: UUID,
    lease: UUID,
    visited: list[list[int]],
    active_s: int,
) -> Attempt:
    """Keep slices seen and seconds at work; the seconds only rise.

    Raises:
        NoSuchAttemptError: There is none, or it is somebody else's.
        LeaseHeldError: Another window draws in it.
    """
    attempt = await find_own(session, attempt_id=attempt_id, lock=True)
    check_lease(attempt, lease)
    attempt.visited = visited
    attempt.active_s = max(attempt.active_s, active_s)
    return attempt


@router.get("/tasks/{task_id}/time", dependencies=ASSIGN)
async def show_time(task_id: UUID, session: Db) -> list[TimeOut]:
    """Show how long each person was at work, to who hands out work alone."""
    task = await find_task(session, task_id=task_id)
    query = select(Attempt).where(Attempt.task_id == task.id).order_by(Attempt.alias)
    return [TimeOut.model_validate(row) for row in await session.scalars(query)]
