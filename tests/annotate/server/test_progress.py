"""What is remembered of an attempt: its strokes, slices seen, time at work."""

from typing import Any
from uuid import UUID

import numpy as np
from tests.annotate.server.conftest import LIVER, Team, begin, draw, runs_of, submit

API = "/api/v1/annotate"


def turned(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [run | {"old": run["new"], "new": run["old"]} for run in runs]


async def test_after_a_reload_each_stroke_and_what_it_was_comes_back(
    team: Team, task: UUID
) -> None:
    opened = await begin(team.one)
    await draw(team.one, opened, (LIVER, "organs", 1))
    path = f"{API}/attempts/{opened['id']}/strokes"
    body = {
        "lease": opened["lease"],
        "seq": 2,
        "previous": opened["last_hash"],
        "runs": turned(runs_of(LIVER, "organs", 1)),
        "step": "undo",
    }
    saved = await team.one.post(path, json=body)
    assert saved.status_code == 201
    again = body | {"seq": 3, "previous": saved.json()["hash"], "step": "redo"}
    again["runs"] = runs_of(LIVER, "organs", 1)
    assert (await team.one.post(path, json=again)).status_code == 201
    assert (await team.one.get(path)).json() == ["draw", "undo", "redo"]
    table = np.frombuffer((await team.one.get(f"{path}/2")).content, "<i8").reshape(-1, 5)
    first = body["runs"][0]
    assert table[0].tolist() == [0, first["start"], first["length"], 1, 0]
    assert len(table) == len(body["runs"])
    missing = await team.one.get(f"{path}/9")
    assert (missing.status_code, missing.json()["title"]) == (404, "no_such_stroke")


async def test_strokes_and_progress_are_nobody_elses(team: Team, task: UUID) -> None:
    opened = await begin(team.one)
    await draw(team.one, opened, (LIVER, "organs", 1))
    for other in (team.two, team.judge):
        for path in ("strokes", "strokes/1", "progress"):
            answer = await other.get(f"{API}/attempts/{opened['id']}/{path}")
            assert answer.json()["title"] == "no_such_attempt"
        assert (await other.get(f"{API}/tasks/{task}/time")).status_code == 403


async def test_slices_seen_and_time_are_kept_and_only_the_coordinator_sees_the_time_of_all(
    team: Team, task: UUID
) -> None:
    opened = await begin(team.one)
    path = f"{API}/attempts/{opened['id']}/progress"
    body = {"lease": opened["lease"], "visited": [[0, 2], [4, 5]], "active_s": 90}
    assert (await team.one.put(path, json=body)).status_code == 200
    # A second window that began earlier knows less: time never runs back.
    less = await team.one.put(path, json=body | {"active_s": 30})
    assert less.json() == {"visited": [[0, 2], [4, 5]], "active_s": 90}
    assert (await team.one.get(path)).json() == less.json()
    times = (await team.curator.get(f"{API}/tasks/{task}/time")).json()
    assert sorted(row["active_s"] for row in times) == [0, 0, 90]
    assert all(set(row) == {"id", "alias", "active_s"} for row in times)


async def test_progress_that_cannot_be_is_refused(team: Team, task: UUID) -> None:
    opened = await begin(team.one)
    path = f"{API}/attempts/{opened['id']}/progress"
    for wrong in (
        {"visited": [[3, 1]]},
        {"visited": [[0, 4], [4, 5]]},
        {"visited": [[0, 1]] * 3_000},
        {"active_s": -1},
    ):
        body = {"lease": opened["lease"], "visited": [], "active_s": 0} | wrong
        assert (await team.one.put(path, json=body)).status_code == 422
    body = {"lease": str(task), "visited": [], "active_s": 0}
    assert (await team.one.put(path, json=body)).json()["title"] == "lease_held"


async def test_time_per_reader_counts_what_was_handed_in_alone(team: Team, task: UUID) -> None:
    assert (await team.curator.get(f"{API}/readers/times")).json() == []
    for client, seconds in ((team.one, 90), (team.two, 0)):
        opened = await begin(client)
        body = {"lease": opened["lease"], "visited": [], "active_s": seconds}
        path = f"{API}/attempts/{opened['id']}/progress"
        assert (await client.put(path, json=body)).status_code == 200
        answer = await submit(client, opened, liver="absent", lesion="absent")
        assert answer.status_code == 200, answer.text
    times = (await team.curator.get(f"{API}/readers/times")).json()
    said = {row["user_id"]: row for row in times}
    timed, untimed = said[team.ids["one"]], said[team.ids["two"]]
    assert (timed["cases"], timed["measured"]) == (1, 1)
    assert (timed["median_s"], timed["longest_s"], timed["total_s"]) == (90, 90, 90)
    assert (untimed["cases"], untimed["measured"], untimed["median_s"]) == (1, 0, None)
    assert (await team.one.get(f"{API}/readers/times")).status_code == 403
