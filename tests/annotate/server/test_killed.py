"""A worker that is killed while it prepares or compares leaves one picture and one outcome."""

from sqlalchemy import select
from tests.annotate.server.conftest import read_both
from tests.committed import connection

from renkei.annotate.server.tables import Task

__all__ = ["connection"]


async def nobody_works() -> int:
    return 0


async def test_a_task_is_prepared_and_compared_once(session, series, team, killed) -> None:
    body = {
        "series_ids": [str(series.id)],
        "vocabulary": "abdomen-ct",
        "readers": [team.ids["one"], team.ids["two"]],
        "adjudicator": team.ids["judge"],
    }
    answer = await team.curator.post("/api/v1/annotate/tasks", json=body)
    assert answer.status_code == 201, answer.text
    assert (await killed("annotate.prepare")).inside > 0
    await read_both(team, nobody_works, lesion_of_two=None)
    assert (await killed("annotate.server.jobs.compare")).inside > 0
    session.expire_all()
    assert (await session.scalars(select(Task.state))).one() == "disputed"
