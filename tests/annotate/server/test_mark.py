"""Marks are measured on the server, kept as revisions, sealed with the labels and compared."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.annotate.server.conftest import GRID, LESION, Team, begin, draw, hand_out, submit

from renkei.annotate.server.tables import MarkRevision
from renkei.subjects.server.tables import Series

API = "/api/v1/annotate"


@pytest.fixture
async def nodules(series: Series, team: Team, run_jobs: Callable[[], Awaitable[int]]) -> UUID:
    return await hand_out(
        team, run_jobs, series_ids=[str(series.id)], vocabulary="chest-ct-nodules"
    )


def at(*indices: tuple[float, float, float]) -> list[list[float]]:
    return [list(GRID.point(*index)) for index in indices]


def axes(long: float) -> list[list[float]]:
    return at((2, 6, 4), (2, 6, 4 + long), (2, 4, 6), (2, 8, 6))


async def put(
    client: httpx2.AsyncClient,
    opened: dict[str, Any],
    kind: str,
    key: str,
    points: Any = (),
    *,
    mark: object = None,
    **more: Any,
) -> httpx2.Response:
    body = {"lease": opened["lease"], "revision": 1, "kind": kind, "key": key, "points": points}
    path = f"{API}/attempts/{opened['id']}/marks/{mark or uuid4()}"
    return await client.put(path, json=body | more)


async def read(client: httpx2.AsyncClient, long: float, quality: str) -> dict[str, Any]:
    opened = await begin(client)
    await draw(client, opened, (LESION, "lesions", 1))
    target = await put(client, opened, "bidirectional", "target", axes(long))
    assert target.status_code == 200, target.text
    assert target.json()["values"] == {"long_mm": long, "short_mm": 4.0}
    answered = await put(client, opened, "class", "image_quality", answer=quality)
    assert answered.status_code == 200, answered.text
    handed = await submit(client, opened)
    assert handed.status_code == 200, handed.text
    return opened


async def test_a_region_is_measured_from_the_image_whatever_the_browser_says(
    team: Team, nodules: UUID
) -> None:
    opened = await begin(team.one)
    corners = at((2, 4, 4), (2, 8, 8))
    answer = await put(team.one, opened, "rectangle", "reference_tissue", corners)
    assert answer.json()["values"] == {
        "mean": 20.0,
        "sd": 0.0,
        "min": 20.0,
        "max": 20.0,
        "voxels": 25.0,
        "area_mm2": 16.0,
    }
    # Half in the lesion of 20 HU, half in the liver of 60 HU around it.
    corners = at((3, 6, 7), (3, 6.9, 10))
    answer = await put(team.one, opened, "rectangle", "reference_tissue", corners)
    values = answer.json()["values"]
    assert (values["mean"], values["sd"], values["voxels"]) == (40.0, 20.0, 4.0)
    point = await put(team.one, opened, "point", "non_target", at((1, 3, 3)))
    assert point.json()["values"] == {"value": 60.0}
    forged = await put(team.one, opened, "point", "non_target", at((1, 3, 3)), values={"value": 1})
    assert forged.status_code == 422


async def test_revisions_follow_each_other_and_deleting_is_one(
    session: AsyncSession, team: Team, nodules: UUID
) -> None:
    opened, mark = await begin(team.one), uuid4()
    for long in (5.0, 5.0):
        again = await put(team.one, opened, "bidirectional", "target", axes(long), mark=mark)
        assert again.status_code == 200, again.text
    late = await put(team.one, opened, "bidirectional", "target", axes(6.0), mark=mark)
    assert (late.status_code, late.json()["title"]) == (409, "revision_conflict")
    listed = (await team.one.get(f"{API}/attempts/{opened['id']}/marks")).json()
    assert [(one["mark_id"], one["revision"], one["values"]["long_mm"]) for one in listed] == [
        (str(mark), 1, 5.0)
    ]
    gone = await put(
        team.one, opened, "bidirectional", "target", axes(5.0), mark=mark, revision=2, deleted=True
    )
    assert gone.status_code == 200
    assert (await team.one.get(f"{API}/attempts/{opened['id']}/marks")).json() == []
    assert await session.scalar(select(func.count()).select_from(MarkRevision)) == 2


async def test_what_does_not_fit_is_refused_and_nothing_is_kept(
    session: AsyncSession, team: Team, nodules: UUID
) -> None:
    opened = await begin(team.one)
    for kind, key, points, more in (
        ("ruler", "target", at((2, 6, 4), (2, 6, 9)), {}),
        ("ruler", "non_target", at((2, 6, 4), (2, 6, 40)), {}),
        ("class", "image_quality", [], {"answer": "splendid"}),
        ("ellipse", "reference_tissue", at((2, 6, 4), (3, 8, 9)), {}),
    ):
        answer = await put(team.one, opened, kind, key, points, **more)
        assert (answer.status_code, answer.json()["title"]) == (422, "mark_refused"), key
    for answer in (
        await put(team.one, opened, "point", "heart", at((2, 6, 4))),
        await put(team.one, opened, "point", "non_target", at((2, 6, 4)), lease=str(uuid4())),
        await put(team.two, opened, "point", "non_target", at((2, 6, 4))),
    ):
        assert answer.status_code in {404, 409, 422}
    assert await session.scalar(select(func.count()).select_from(MarkRevision)) == 0


async def test_a_required_answer_must_be_given_before_handing_in(team: Team, nodules: UUID) -> None:
    opened = await begin(team.one)
    refused = await submit(team.one, opened, nodule="absent", target="absent")
    assert refused.json()["title"] == "not_asserted"
    first = await put(team.one, opened, "class", "image_quality", answer="good")
    assert first.status_code == 200
    twice = await put(team.one, opened, "class", "image_quality", answer="poor")
    assert twice.json()["title"] == "mark_refused"
    handed = await submit(team.one, opened, nodule="absent", target="absent")
    assert handed.status_code == 200, handed.text


async def test_readers_who_measure_alike_agree_and_the_marks_are_signed(
    team: Team, nodules: UUID, run_jobs: Callable[[], Awaitable[int]]
) -> None:
    for client, long in ((team.one, 5.0), (team.two, 6.0)):
        await read(client, long, "good")
    await run_jobs()
    task = (await team.judge.get(f"{API}/tasks/{nodules}")).json()
    assert task["state"] == "review"
    label = f"{API}/labels/{task['candidate_id']}/marks"
    marks = (await team.judge.get(label)).json()
    assert [(one["kind"], one["key"], one["answer"]) for one in marks] == [
        ("bidirectional", "target", ""),
        ("class", "image_quality", "good"),
    ]
    assert marks[0]["values"]["long_mm"] in {5.0, 6.0}
    assert (await team.other.get(label)).status_code == 404


async def test_another_answer_and_a_longer_axis_are_disputed_and_settled(
    team: Team, nodules: UUID, run_jobs: Callable[[], Awaitable[int]]
) -> None:
    await read(team.one, 5.0, "good")
    await read(team.two, 9.0, "poor")
    await run_jobs()
    found = (await team.judge.get(f"{API}/tasks/{nodules}/comparison")).json()
    assert sorted((d["key"], d["reason"], d["slice"]) for d in found["disputes"]) == [
        ("image_quality", "answer", None),
        ("target", "size", 2),
    ]
    marks = (await team.judge.get(f"{API}/labels/{found['b_label_id']}/marks")).json()
    assert len(marks) == 2
    opened = await begin(team.judge)
    for dispute in found["disputes"]:
        decided = await team.judge.post(
            f"{API}/disputes/{dispute['id']}/decisions",
            json={"choice": "b", "reason": "measured again"},
        )
        assert decided.status_code == 201, decided.text
    proposed = await team.judge.post(
        f"{API}/attempts/{opened['id']}/propose", json={"lease": opened["lease"]}
    )
    assert proposed.status_code == 200, proposed.text
    await run_jobs()
    task = (await team.judge.get(f"{API}/tasks/{nodules}")).json()
    settled = (await team.judge.get(f"{API}/labels/{task['candidate_id']}/marks")).json()
    assert sorted(settled, key=str) == sorted(marks, key=str)


async def test_marks_of_a_slide_are_refused(
    slide: Any, team: Team, run_jobs: Callable[[], Awaitable[int]]
) -> None:
    await hand_out(team, run_jobs, slide_ids=[str(slide.id)], vocabulary="slide-tissue")
    opened = await begin(team.one)
    answer = await put(team.one, opened, "point", "tumour", [[0.0, 0.0, 0.0]])
    assert answer.json()["title"] == "volume_needed"
