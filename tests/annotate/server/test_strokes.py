"""The stroke log on the platform: repeats, gaps, leases."""

from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.annotate.server.conftest import LIVER, Team, begin, runs_of

from renkei.annotate.server.tables import Stroke

API = "/api/v1/annotate"


async def test_a_repeat_gives_the_same_answer_and_a_gap_tells_the_last(
    session: AsyncSession, team: Team, task: UUID
) -> None:
    opened = await begin(team.one)
    url = f"{API}/attempts/{opened['id']}/strokes"
    body = {
        "lease": opened["lease"],
        "seq": 1,
        "previous": opened["last_hash"],
        "runs": runs_of(LIVER, "organs", 1),
    }
    first = await team.one.post(url, json=body)
    assert first.status_code == 201
    assert (await team.one.post(url, json=body)).json() == first.json()
    other = body | {"runs": body["runs"][:1]}
    changed = await team.one.post(url, json=other)
    assert (changed.status_code, changed.json()["title"]) == (409, "stroke_gap")
    gap = await team.one.post(url, json=body | {"seq": 5, "previous": first.json()["hash"]})
    assert gap.status_code == 409
    assert gap.json()["facts"] == {"last_seq": 1, "last_hash": first.json()["hash"]}
    outside = body | {"seq": 2, "previous": first.json()["hash"]}
    outside["runs"] = [{"group": "organs", "start": 1919, "length": 5, "old": 0, "new": 1}]
    assert (await team.one.post(url, json=outside)).json()["title"] == "strokes_refused"
    assert await session.scalar(select(func.count()).select_from(Stroke)) == 1


async def test_a_second_window_draws_only_after_taking_over(team: Team, task: UUID) -> None:
    opened = await begin(team.one)
    url = f"{API}/attempts/{opened['id']}/open"
    held = await team.one.post(url, json={})
    assert (held.status_code, held.json()["title"]) == (409, "lease_held")
    assert (await team.one.post(url, json={"lease": opened["lease"]})).status_code == 200
    taken = await team.one.post(url, json={"take": True})
    assert taken.json()["lease"] != opened["lease"]
    late = await team.one.post(
        f"{API}/attempts/{opened['id']}/strokes",
        json={
            "lease": opened["lease"],
            "seq": 1,
            "previous": opened["last_hash"],
            "runs": runs_of(LIVER, "organs", 1),
        },
    )
    assert late.json()["title"] == "lease_held"


async def test_a_team_in_which_somebody_checks_themselves_is_refused(
    team: Team, task: UUID
) -> None:
    body = {
        "readers": [team.ids["one"], team.ids["two"]],
        "adjudicator": team.ids["two"],
        "series_ids": [str(uuid4())],
        "vocabulary": "abdomen-ct",
    }
    answer = await team.curator.post(f"{API}/tasks", json=body)
    assert (answer.status_code, answer.json()["title"]) == (403, "roles_mixed")
