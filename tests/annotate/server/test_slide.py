"""A task on a slide: polygons as revisions, compared by area, exported as GeoJSON."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx2
from tests.annotate.server.conftest import Team, begin, hand_out, submit

from renkei.imaging.outlines import read_geojson
from renkei.subjects.server.tables import Slide

API = "/api/v1/annotate"


def square(x: float, y: float, side: float) -> list[list[list[float]]]:
    return [[[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]]


async def put(
    client: httpx2.AsyncClient, opened: dict[str, Any], element: object, revision: int, rings: Any
) -> httpx2.Response:
    return await client.put(
        f"{API}/attempts/{opened['id']}/elements/{element}",
        json={"lease": opened["lease"], "revision": revision, "key": "tumour", "rings": rings},
    )


async def test_two_readers_of_a_slide_agree_and_the_polygons_come_out(
    slide: Slide, team: Team, run_jobs: Callable[[], Awaitable[int]]
) -> None:
    task = await hand_out(team, run_jobs, slide_ids=[str(slide.id)], vocabulary="slide-tissue")
    for client, side in ((team.one, 100.0), (team.two, 104.0)):
        opened = await begin(client)
        element = uuid4()
        assert (await put(client, opened, element, 1, square(10, 10, 50))).status_code == 200
        moved = await put(client, opened, element, 2, square(10, 10, side))
        assert moved.status_code == 200, moved.text
        assert (await put(client, opened, element, 2, square(10, 10, side))).status_code == 200
        late = await put(client, opened, element, 2, square(0, 0, 5))
        assert (late.status_code, late.json()["title"]) == (409, "revision_conflict")
        outside = await put(client, opened, uuid4(), 1, square(3990, 10, 50))
        assert outside.json()["title"] == "outline_refused"
        assert (await submit(client, opened)).status_code == 200
    await run_jobs()
    sides = []
    for side in ("a", "b"):
        answer = await team.judge.get(f"{API}/tasks/{task}/comparison/outlines?side={side}")
        [outline] = answer.json()
        assert outline["key"] == "tumour"
        sides.append(max(x for x, _ in outline["rings"][0]))
    assert sorted(sides) == [110.0, 114.0]
    assert (await team.judge.post(f"{API}/tasks/{task}/sign")).status_code == 201
    shown = (await team.curator.get(f"{API}/tasks/{task}")).json()
    exported = await team.curator.get(
        f"{API}/labels/{shown['candidate_id']}/export", params={"format": "geojson"}
    )
    (outline,) = read_geojson(exported.content)
    assert outline.name == "tumour"
    assert outline.area_px() in {100.0**2, 104.0**2}
    report = (await team.judge.post(f"{API}/tasks/{task}/reports")).json()
    assert report["problems"] == []
    assert "mm2" in report["text_en"]
