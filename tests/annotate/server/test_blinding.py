"""Before a task is compared nothing that a reader can ask tells about the other reader."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.annotate.server.conftest import LESION, LIVER, Team, begin, draw, submit

from renkei import http
from renkei.annotate.server.tables import Attempt, LabelVersion, Task
from renkei.server.web.access import route_permissions

API = "/api/v1/annotate"


async def everything(
    client: httpx2.AsyncClient, task: UUID, own: str, others: dict[str, UUID]
) -> dict[str, tuple[int, bytes]]:
    """Ask every reading route of the room, with the other's ids too."""
    routes = [f"{API}/{name}" for name in ("tasks", "attempts", "labels", "signatures", "reports")]
    routes += [f"{route}?format=csv" for route in routes]
    routes += [f"{API}/tasks?state={s}" for s in ("ready", "reading", "comparing", "disputed")]
    routes += [f"{API}/tasks/{task}{tail}" for tail in ("", "/comparison", "/slabs/0")]
    routes += [f"{API}/tasks/{task}/comparison/mask?side={s}&group=organs" for s in "ab"]
    for attempt in (own, others["attempt"]):
        routes += [f"{API}/attempts/{attempt}{tail}" for tail in ("", "/mask?group=organs")]
        routes.append(f"{API}/attempts/{attempt}/elements")
    routes += [f"{API}/labels/{others['label']}{tail}" for tail in ("", "/export?format=packed")]
    routes.append(f"{API}/reports/{own}")
    answers = {}
    for route in routes:
        answer = await client.get(route)
        body = answer.content if answer.status_code < 400 else answer.json()["title"].encode()
        answers[route.replace(str(others["label"]), "label")] = (answer.status_code, body)
    return answers


@pytest.mark.parametrize("submitted", [False, True])
async def test_what_the_other_reader_does_changes_no_answer(
    session: AsyncSession, team: Team, task: UUID, *, submitted: bool
) -> None:
    mine = await begin(team.one)
    if submitted:
        await draw(team.one, mine, (LIVER, "organs", 1))
    ids = dict(
        (
            await session.execute(
                select(Attempt.user_id, Attempt.id).where(Attempt.task_id == task)
            )
        ).all()
    )
    other = ids[UUID(team.ids["two"])]
    before = await everything(team.one, task, mine["id"], {"attempt": other, "label": uuid4()})
    theirs = await begin(team.two)
    await draw(team.two, theirs, (LIVER, "organs", 1), (LESION, "lesions", 7))
    assert (await submit(team.two, theirs)).status_code == 200
    session.expire_all()
    label = (await session.scalars(select(LabelVersion.id))).one()
    after = await everything(team.one, task, mine["id"], {"attempt": other, "label": label})
    assert after == before
    assert all(status < 500 for status, _ in after.values())
    assert before[f"{API}/attempts/{other}"][0] == 404
    assert after[f"{API}/labels/label"][0] == 404
    assert sum(status == 200 for status, _ in after.values()) > 10


KEPT_APART = {"date", "x-trace-id", "traceparent", "content-length"}
# A stream never ends; what is measured of the whole platform changes with every request.
OTHERWISE = ("/events", "/metrics")


def routes_of(ids: dict[str, list[str]]) -> list[str]:
    """Return every address that GET takes, with each id of a thing where one is asked for."""
    found = []
    for method, path, _ in route_permissions(http.build().routes):
        if method != "GET" or path.endswith(OTHERWISE):
            continue
        filled = [path]
        for name in re.findall(r"{(\w+)}", path):
            values = ids.get(name, [str(UUID(int=7)), "1"])
            filled = [one.replace(f"{{{name}}}", value) for one in filled for value in values]
        found += filled
    return found


async def seen(client: httpx2.AsyncClient, ids: dict[str, list[str]]) -> dict[str, Any]:
    """Return what a reader gets from everywhere: status, headers and body without the trace."""
    answers = {}
    for route in routes_of(ids):
        answer = await client.get(route)
        headers = {k: v for k, v in answer.headers.items() if k.lower() not in KEPT_APART}
        body = re.sub(rb'"trace_id":"[^"]*"', b"", answer.content)
        answers[route] = (answer.status_code, headers, body)
    return answers


async def test_no_route_of_the_app_tells_whether_the_other_has_submitted(
    session: AsyncSession, team: Team, task: UUID, run_jobs: Callable[[], Awaitable[int]]
) -> None:
    mine = await begin(team.one)
    await draw(team.one, mine, (LIVER, "organs", 1))
    series = str(await session.scalar(select(Task.series_id)))
    ids = {
        "task_id": [str(task)],
        "attempt_id": [str(one) for one in await session.scalars(select(Attempt.id))],
        "series_id": [series],
        "label_id": [str(uuid4())],
        "number": ["0"],
    }
    before = await seen(team.one, ids)
    theirs = await begin(team.two)
    await draw(team.two, theirs, (LIVER, "organs", 1), (LESION, "lesions", 7))
    assert (await submit(team.two, theirs)).status_code == 200
    await run_jobs()
    after = await seen(team.one, ids)
    assert {k for k in before if before[k] != after[k]} == set()
    assert len(before) > 150
    assert sum(status == 200 for status, _, _ in before.values()) > 25


async def test_the_last_to_submit_does_not_learn_it(
    team: Team, task: UUID, run_jobs: Callable[[], Awaitable[int]]
) -> None:
    """Who submits sees the same answer, jobs and events whether or not the other was first."""
    first, second = await begin(team.one), await begin(team.two)
    said = []
    for client, opened in ((team.one, first), (team.two, second)):
        await draw(client, opened, (LIVER, "organs", 1))
        answer = (await submit(client, opened, lesion="absent")).json()
        own = {"id", "last_hash", "submitted_at", "arm"}
        jobs = (await client.get("/api/v1/jobs")).json()["items"]
        said.append(({k: v for k, v in answer.items() if k not in own}, jobs))
    assert said[0] == said[1]
    await run_jobs()
    assert (await team.two.get("/api/v1/jobs")).json()["items"] == []


async def test_writing_into_the_others_attempt_says_that_there_is_none(
    session: AsyncSession, team: Team, task: UUID
) -> None:
    theirs = await begin(team.two)
    for method, tail, body in (
        ("POST", "open", {}),
        ("POST", "submit", {"lease": theirs["lease"]}),
        ("POST", "tools", {"lease": theirs["lease"], "tool": "fill", "key": "liver"}),
        ("POST", "propose", {"lease": theirs["lease"]}),
    ):
        answer = await team.one.request(method, f"{API}/attempts/{theirs['id']}/{tail}", json=body)
        assert answer.status_code == 404, tail


async def test_a_hospital_sees_tasks_but_no_attempts(
    team: Team,
    task: UUID,
    site_a: object,
    site_b: object,
    client_for: Callable[..., Awaitable[httpx2.AsyncClient]],
) -> None:
    from renkei.server.actor import Role

    own, stranger = (
        await client_for(Role.HOSPITAL, site=site_a),
        await client_for(Role.HOSPITAL, site=site_b),
    )
    shown = (await own.get(f"{API}/tasks/{task}")).json()
    assert shown["parts"] == []
    assert (await stranger.get(f"{API}/tasks/{task}")).status_code == 404
    assert (await stranger.get(f"{API}/tasks")).json()["total"] == 0
