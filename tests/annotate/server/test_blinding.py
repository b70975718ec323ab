"""Before a task is compared nothing that a reader can ask tells about the other reader."""

import re
from collections.abc import Awaitable, Callable
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from pydicom import dcmread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.annotate.server.conftest import LESION, LIVER, Team, begin, draw, hand_out, submit
from tests.dicomweb.conftest import Held, hold_ct

from renkei import http
from renkei.annotate.server.tables import Attempt, LabelVersion
from renkei.server.web.access import route_permissions
from renkei.subjects.server.tables import Series, Slide

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


@cache
def read_paths() -> list[str]:
    """Return every path that GET takes."""
    walked = route_permissions(http.build().routes)
    return [path for method, path, _ in walked if method == "GET" and not path.endswith(OTHERWISE)]


def routes_of(ids: dict[str, list[str]]) -> list[str]:
    """Return every address that GET takes, with each id of a thing where one is asked for."""
    found = []
    for path in read_paths():
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


class Hidden:
    """A CT in DICOM, and every identifier of it that a reader could know it by."""

    def __init__(self, held: Held, subject_id: UUID) -> None:
        objects = [dcmread(BytesIO(data), stop_before_pixels=True) for data in held.files]
        names = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID")
        uids = {str(one[name].value) for one in objects for name in names if name in one}
        self.series_id = held.series_id
        self.names = {*uids, str(held.series_id), str(subject_id), "P-0001-SECRET"}

    def named_in(self, body: bytes) -> set[str]:
        """Return which of them a body says."""
        return {name for name in self.names if name.encode() in body}


@pytest.fixture
async def hidden(session: AsyncSession, site_a: Any) -> Hidden:
    held = await hold_ct(session, site_a, "P-0001-SECRET")
    subject = await session.scalar(select(Series.subject_id).where(Series.id == held.series_id))
    assert subject is not None
    return Hidden(held, subject)


async def test_no_route_of_the_app_tells_of_the_other_reader_or_names_the_image(
    session: AsyncSession, team: Team, hidden: Hidden, run_jobs: Callable[[], Awaitable[int]]
) -> None:
    series = str(hidden.series_id)
    task = await hand_out(team, run_jobs, series_ids=[series], vocabulary="abdomen-ct")
    mine = await begin(team.one)
    await draw(team.one, mine, (LIVER, "organs", 1))
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
    # A refusal may repeat the id that was asked for.
    told = {
        route: found
        for route, (status, _, body) in before.items()
        if (found := hidden.named_in(body) - (set() if status == 200 else {series}))
    }
    assert told == {}
    # Who hands out is told: the test looks where the names would stand.
    shown = (await team.curator.get(f"{API}/tasks/{task}")).content
    assert len(hidden.named_in(shown)) > 3


async def test_neither_lists_nor_files_of_ones_own_labels_name_the_image(
    session: AsyncSession, team: Team, hidden: Hidden, run_jobs: Callable[[], Awaitable[int]]
) -> None:
    series = str(hidden.series_id)
    await hand_out(team, run_jobs, series_ids=[series], vocabulary="abdomen-ct")
    mine = await begin(team.one)
    assert (await submit(team.one, mine, liver="absent", lesion="absent")).status_code == 200
    label = (await session.scalars(select(LabelVersion.id))).one()
    queries = ("", "?format=csv", f"?series_id={series}")
    lists = [f"{name}{query}" for name in ("tasks", "labels", "signatures") for query in queries]
    routes = (f"labels/{label}", *lists)
    bodies = [(await team.one.get(f"{API}/{route}")).content for route in routes]
    for form in ("seg", "labelmap", "rtstruct", "nifti", "packed"):
        answer = await team.one.get(f"{API}/labels/{label}/export?format={form}")
        assert answer.status_code == (200 if form in {"nifti", "packed"} else 403), form
        bodies.append(answer.content)
    assert set().union(*map(hidden.named_in, bodies)) == set()
    found = await team.one.get(f"{API}/labels?series_id={series}")
    assert found.json()["total"] == 0


async def test_the_same_image_is_called_otherwise_in_each_task_and_for_each_reader(
    team: Team, hidden: Hidden, run_jobs: Callable[[], Awaitable[int]]
) -> None:
    headers = []
    for words in ("abdomen-ct", "chest-ct-nodules"):
        task = await hand_out(team, run_jobs, series_ids=[str(hidden.series_id)], vocabulary=words)
        headers += [(await who.get(f"{API}/tasks/{task}")).json() for who in (team.one, team.two)]
        found = await team.one.get(f"{API}/tasks?series_id={headers[-2]['series_id']}")
        assert [row["id"] for row in found.json()["items"]] == [str(task)]
    assert len({one["series_id"] for one in headers}) == 4
    assert len({uid for one in headers for uid in one["image"]["sop_uids"]}) == 4 * 20
    assert all(one["image"]["shape"] == headers[0]["image"]["shape"] for one in headers)


async def test_a_slide_is_opened_by_its_task_under_an_alias(
    slide: Slide, team: Team, run_jobs: Callable[[], Awaitable[int]]
) -> None:
    task = await hand_out(team, run_jobs, slide_ids=[str(slide.id)], vocabulary="slide-tissue")
    told = (await team.one.get(f"{API}/tasks/{task}")).json()
    assert told["slide_id"] not in {None, str(slide.id)}
    places = []
    for _ in range(2):
        answer = await team.one.post(f"{API}/tasks/{task}/slide")
        assert answer.status_code == 201, answer.text
        places.append(answer.json()["path"])
        info = await team.one.get(f"{places[-1]}/info")
        assert (info.status_code, info.json()["width"]) == (200, 4000)
        assert str(slide.id) not in answer.text + info.text
    assert places[0].split("/")[-1] != places[1].split("/")[-1]
    wrong = places[0].rsplit("/", 1)[0] + "/" + places[1].rsplit("/", 1)[1]
    assert (await team.one.get(f"{wrong}/info")).status_code == 404
    assert (await team.other.post(f"{API}/tasks/{task}/slide")).status_code == 404


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
