"""What a flagged reader handed in waits for somebody else, and is compared anew."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.annotate.server.conftest import (
    LESION,
    Team,
    begin,
    hand_out,
    read_both,
    sign,
)
from tests.annotate.server.test_readers import another, read_as

from renkei.annotate.server import assign
from renkei.annotate.server.doubt import doubt_readings
from renkei.annotate.server.reader_tables import GoldResult
from renkei.annotate.server.tables import Attempt, Task
from renkei.server.actor import system
from renkei.server.db import transaction
from renkei.subjects.server.tables import Series

Drain = Callable[[], Awaitable[int]]
API = "/api/v1/annotate"


async def doubt(user: str) -> None:
    async with transaction(system("test")) as session:
        await doubt_readings(session, user_id=UUID(user), since=None, why="hidden_cases")


async def waiting(team: Team) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await team.curator.get(f"{API}/left")).json()["items"]
    return items


async def test_a_doubted_reading_is_replaced_by_another_and_compared_anew(
    team: Team, task: UUID, run_jobs: Drain
) -> None:
    await read_both(team, run_jobs, lesion_of_two=None)
    opened = await begin(team.judge)
    [dispute] = (await team.judge.get(f"{API}/tasks/{task}/comparison")).json()["disputes"]
    await doubt(team.ids["two"])
    shown = (await team.curator.get(f"{API}/tasks/{task}")).json()
    assert (shown["state"], shown["candidate_id"]) == ("reading", None)
    decision = {"choice": "a", "reason": "It is there."}
    late = await team.judge.post(f"{API}/disputes/{dispute['id']}/decisions", json=decision)
    assert late.status_code == 404
    lease = {"lease": opened["lease"]}
    early = await team.judge.post(f"{API}/attempts/{opened['id']}/propose", json=lease)
    assert early.status_code == 404
    [left] = await waiting(team)
    assert (left["user_id"], left["state"]) == (team.ids["two"], "doubted")
    # The reader who was flagged cannot take it up again by themselves.
    again = await team.two.post(f"{API}/attempts/{left['id']}/open", json={})
    assert again.status_code in {404, 409}
    body = {"user_id": team.ids["other"]}
    given = await team.curator.post(f"{API}/left/{left['id']}/hand-on", json=body)
    assert given.status_code == 201, given.text
    await read_as(team.other, LESION)
    await run_jobs()
    assert (await team.curator.get(f"{API}/tasks/{task}")).json()["state"] == "review"
    assert await waiting(team) == []
    newest = (await team.curator.get(f"{API}/tasks/{task}/comparison")).json()
    assert (newest["agreed"], newest["disputes"]) == (True, [])


async def test_what_is_signed_stays_until_somebody_amends_it(
    team: Team, task: UUID, run_jobs: Drain
) -> None:
    await read_both(team, run_jobs, lesion_of_two=LESION)
    assert (await sign(team.judge, task)).status_code == 201
    before = (await team.curator.get(f"{API}/tasks/{task}")).json()
    await doubt(team.ids["two"])
    assert (await team.curator.get(f"{API}/tasks/{task}")).json()["state"] == "signed"
    [left] = await waiting(team)
    given = await team.curator.post(f"{API}/left/{left['id']}/hand-on", json={})
    assert given.status_code == 201, given.text
    after = (await team.curator.get(f"{API}/tasks/{task}")).json()
    assert (after["state"], after["reason"]) == ("amending", "another_reading")
    assert after["candidate_id"] == before["candidate_id"]
    assert await waiting(team) == []


async def test_the_second_failure_flags_pauses_and_opens_what_was_read_since(
    session: AsyncSession,
    series: Series,
    team: Team,
    task: UUID,
    run_jobs: Drain,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await read_both(team, run_jobs, lesion_of_two=LESION)
    await sign(team.judge, task)
    await team.curator.put(f"{API}/tasks/{task}/gold", json={"gold": True})
    user = UUID(team.ids["other"])
    first = GoldResult(
        task_id=task,
        subject_id=series.subject_id,
        user_id=user,
        vocabulary="abdomen-ct@1",
        passed=False,
        arm="plain",
        results={},
    )
    session.add(first)
    await session.commit()
    monkeypatch.setattr(assign, "GOLD_SHARE", 1.0)
    plain = await hand_out(
        team,
        run_jobs,
        series_ids=[str((await another(session, series)).id)],
        vocabulary="abdomen-ct",
        protocol="single",
        readers=[str(user)],
        adjudicator=team.ids["judge"],
    )
    for _ in range(2):
        await read_as(team.other, None)
    await run_jobs()
    people = (await team.curator.get(f"{API}/readers")).json()
    one = next(p for p in people if p["user_id"] == str(user))
    assert (one["verdict"], one["paused_why"]) == ("flagged", "hidden_cases")
    [left] = await waiting(team)
    assert (left["task_id"], left["state"]) == (str(plain), "doubted")
    # Nothing else of theirs: not the hidden case, not what the others read.
    rows = (await session.execute(select(Attempt.state, Task.id).join(Task))).all()
    assert [one for state, one in rows if state == "doubted"] == [plain]
    assert (await sign(team.judge, plain)).status_code in {404, 409}
