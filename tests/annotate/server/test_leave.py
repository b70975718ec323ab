"""A case that cannot be read goes to the coordinator's queue and from there to somebody else."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.annotate.server.conftest import LESION, LIVER, Team, begin, draw, submit

from renkei.annotate.server.leave import expire_idle
from renkei.annotate.server.tables import Attempt
from renkei.subjects.server.tables import Grant

API = "/api/v1/annotate"
Drain = Callable[[], Awaitable[int]]


async def test_a_part_that_was_left_is_read_by_who_fits_best(
    session: AsyncSession, team: Team, task: UUID, run_jobs: Drain
) -> None:
    opened = await begin(team.two)
    url = f"{API}/attempts/{opened['id']}/leave"
    bare = await team.two.post(url, json={"why": "other"})
    assert (bare.status_code, bare.json()["title"]) == (422, "reason_missing")
    left = await team.two.post(url, json={"why": "not_my_field", "note": "A heart."})
    assert left.json()["state"] == "cannot_read"
    assert (await team.two.get(f"{API}/tasks/{task}")).status_code == 404
    users = set(await session.scalars(select(Grant.user_id)))
    assert UUID(team.ids["two"]) not in users
    [waits] = (await team.curator.get(f"{API}/left")).json()["items"]
    assert (waits["unreadable"], waits["note"]) == ("not_my_field", "A heart.")
    assert (await team.one.get(f"{API}/left")).status_code == 403
    path = f"{API}/left/{waits['id']}/hand-on"
    handed = await team.curator.post(path, json={})
    assert handed.status_code == 201, handed.text
    again = await team.curator.post(path, json={})
    assert (again.status_code, again.json()["title"]) == (409, "part_not_left")
    for client in (team.one, team.other):
        opened = await begin(client)
        await draw(client, opened, (LIVER, "organs", 1), (LESION, "lesions", 7))
        assert (await submit(client, opened)).status_code == 200
    await run_jobs()
    assert (await team.curator.get(f"{API}/tasks/{task}")).json()["state"] == "review"


async def test_a_case_comes_back_to_who_left_it_with_an_answer(team: Team, task: UUID) -> None:
    opened = await begin(team.one)
    await team.one.post(f"{API}/attempts/{opened['id']}/leave", json={"why": "quality"})
    [waits] = (await team.curator.get(f"{API}/left")).json()["items"]
    note = {"note": "Only the liver is asked for."}
    back = await team.curator.post(f"{API}/left/{waits['id']}/give-back", json=note)
    assert back.json()["state"] == "returned"
    assert (await begin(team.one))["id"] == opened["id"]


async def test_what_lies_idle_expires_and_keeps_its_draft(
    session: AsyncSession, team: Team, task: UUID
) -> None:
    opened = await begin(team.one)
    await draw(team.one, opened, (LIVER, "organs", 1))
    assert await expire_idle() == 0
    row = await session.get_one(Attempt, UUID(opened["id"]))
    row.lease_until = datetime.now(UTC) - timedelta(days=15)
    await session.commit()
    assert await expire_idle() == 1
    assert (await team.curator.get(f"{API}/left")).json()["items"][0]["state"] == "expired"
    assert (await begin(team.one))["last_seq"] == 1
