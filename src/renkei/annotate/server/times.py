"""How long readers were at work on what they handed in, for who hands out work alone."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import func, select

from renkei.annotate.protocol import DONE, Part
from renkei.annotate.server.tables import Attempt, Task
from renkei.people.server.tables import User
from renkei.server.actor import Permission
from renkei.server.web import Db, Out, needs

router = APIRouter()


class ReaderTimeOut(Out):
    """A reader's cases of one vocabulary: how many, and the active seconds of those measured.

    Cases read outside this workbench have no time: `measured` counts those that have.
    """

    user_id: UUID
    name: str
    vocabulary: str
    cases: int
    measured: int
    median_s: float | None
    longest_s: int | None
    total_s: int


@router.get("/readers/times", dependencies=needs(Permission.ANNOTATE_ASSIGN))
async def list_times(session: Db) -> list[ReaderTimeOut]:
    """Show how long each reader was at work on what they handed in, by vocabulary."""
    timed = Attempt.active_s > 0
    query = (
        select(
            Attempt.user_id,
            User.name,
            Task.vocabulary,
            func.count().label("cases"),
            func.count().filter(timed).label("measured"),
            func.percentile_cont(0.5)
            .within_group(Attempt.active_s)
            .filter(timed)
            .label("median_s"),
            func.max(Attempt.active_s).filter(timed).label("longest_s"),
            func.coalesce(func.sum(Attempt.active_s), 0).label("total_s"),
        )
        .join(Task, Task.id == Attempt.task_id)
        .join(User, User.id == Attempt.user_id)
        .where(Attempt.part == Part.READER, Attempt.state.in_(DONE))
        .group_by(Attempt.user_id, User.name, Task.vocabulary)
        .order_by(User.name, Attempt.user_id, Task.vocabulary)
    )
    return [ReaderTimeOut.model_validate(row) for row in await session.execute(query)]
