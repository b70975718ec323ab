"""A recalled subject: tasks end, strokes go, views close, counts are reported."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.annotate.server.conftest import LIVER, Team, begin, draw

from renkei.annotate.server import recall
from renkei.annotate.server.tables import Stroke, Task
from renkei.consent.server.recall import SubjectRecalled
from renkei.consent.server.tables import Recall, RecallEffect, RecallKind
from renkei.subjects.server.tables import Grant, Subject


async def test_strokes_and_views_go_and_the_counts_are_reported(
    session: AsyncSession,
    subject: Subject,
    team: Team,
    task: UUID,
    run_jobs: Callable[[], Awaitable[int]],
) -> None:
    opened = await begin(team.one)
    await draw(team.one, opened, (LIVER, "organs", 1))
    row = Recall(
        subject_id=subject.id,
        site_id=subject.site_id,
        kind=RecallKind.WITHDRAWAL,
        reason="asked",
        asked_by="test",
        preview={},
    )
    session.add(row)
    await session.commit()
    await recall.withdraw_tasks(SubjectRecalled(row.id, subject.id))
    await recall.withdraw_tasks(SubjectRecalled(row.id, subject.id))
    session.expire_all()
    assert await session.scalar(select(func.count()).select_from(Stroke)) == 0
    assert await session.scalar(select(func.count()).select_from(Grant)) == 0
    assert (await session.get_one(Task, task)).state == "withdrawn"
    effects = await session.execute(
        select(RecallEffect.what, RecallEffect.count).where(RecallEffect.folder == "annotate")
    )
    assert dict(effects.all()) == {
        "tasks_closed": 1,
        "strokes_deleted": 1,
        "polygons_deleted": 0,
        "marks_deleted": 0,
        "findings_cleared": 0,
        "reports_cleared": 0,
        "label_versions": 0,
    }
