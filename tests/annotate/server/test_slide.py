"""A task on a slide: polygons as revisions, compared by area, exported as GeoJSON."""

import struct
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx2
from pydicom import dcmread
from sqlalchemy.ext.asyncio import AsyncSession
from tests.annotate.server.conftest import Team, begin, hand_out, sign, submit
from tests.annotate.wsi_made import SIDE, SLIDE_UID, dicom_slide

from renkei.imaging.ann import read_ann
from renkei.imaging.coco import read_coco
from renkei.imaging.outlines import Kind, Outline, read_geojson, write_geojson
from renkei.server.storage import store
from renkei.subjects.server.tables import Slide, Subject

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
    assert (await sign(team.judge, task)).status_code == 201
    shown = (await team.curator.get(f"{API}/tasks/{task}")).json()
    exported = await team.curator.get(
        f"{API}/labels/{shown['candidate_id']}/export", params={"format": "geojson"}
    )
    (outline,) = read_geojson(exported.content)
    assert outline.name == "tumour"
    assert outline.area_px() in {100.0**2, 104.0**2}
    export = f"{API}/labels/{shown['candidate_id']}/export"
    coco = read_coco((await team.curator.get(export, params={"format": "coco"})).content)
    assert [one.area_px() for one in coco.outlines] == [outline.area_px()]
    ann = await team.curator.get(export, params={"format": "ann"})
    assert ann.json()["title"] == "image_needed"
    refused = await team.curator.get(export, params={"format": "seg"})
    assert (refused.status_code, refused.json()["title"]) == (400, "not_an_export")
    report = (await team.judge.post(f"{API}/tasks/{task}/reports")).json()
    assert report["problems"] == []
    assert "mm2" in report["text_en"]


async def test_outlines_of_a_dicom_slide_come_out_as_annotations_that_name_it(
    session: AsyncSession, subject: Subject, team: Team, run_jobs: Callable[[], Awaitable[int]]
) -> None:
    data = dicom_slide()
    kept = await store(session, data, site_id=subject.site_id, subject_id=subject.id)
    own = {"subject_id": subject.id, "site_id": subject.site_id, "object_id": kept.id}
    row = Slide(sha256=kept.plain_sha256, width=SIDE, height=SIDE, mpp=0.5, **own)
    session.add(row)
    await session.commit()
    task = await hand_out(team, run_jobs, slide_ids=[str(row.id)], vocabulary="slide-tissue")
    for client in (team.one, team.two):
        opened = await begin(client)
        assert (await put(client, opened, uuid4(), 1, square(10, 10, 50))).status_code == 200
        assert (await submit(client, opened)).status_code == 200
    await run_jobs()
    shown = (await team.curator.get(f"{API}/tasks/{task}")).json()
    assert shown["image"]["dicom"]
    export = f"{API}/labels/{shown['candidate_id']}/export?format=ann"
    hidden = await team.judge.get(export)
    assert (hidden.status_code, hidden.json()["title"]) == (403, "image_hidden")
    found = await team.curator.get(export)
    assert found.status_code == 200, found.text
    [image] = dcmread(BytesIO(found.content)).ReferencedImageSequence
    assert image.ReferencedSOPInstanceUID == SLIDE_UID
    assert [one.area_px() for one in read_ann(found.content)] == [2500.0]


async def test_kinds_and_regions_are_kept_and_come_as_arrays(
    slide: Slide, team: Team, run_jobs: Callable[[], Awaitable[int]]
) -> None:
    await hand_out(team, run_jobs, slide_ids=[str(slide.id)], vocabulary="slide-tissue")
    opened = await begin(team.one)
    region, cell = uuid4(), uuid4()
    path = f"{API}/attempts/{opened['id']}/elements"
    body = {"lease": opened["lease"], "revision": 1, "key": "tumour"}
    point = {**body, "kind": "point", "parent": str(region), "rings": [[[20.5, 30.25]]]}
    early = await team.one.put(f"{path}/{cell}", json=point)
    assert early.json()["title"] == "outline_refused"
    assert (await put(team.one, opened, region, 1, square(10, 10, 50))).status_code == 200
    assert (await team.one.put(f"{path}/{cell}", json=point)).status_code == 200
    inside_itself = await team.one.put(
        f"{path}/{region}",
        json={**body, "revision": 2, "parent": str(cell), "rings": square(10, 10, 50)},
    )
    assert inside_itself.json()["title"] == "outline_refused"
    listed = {one["element_id"]: one for one in (await team.one.get(path)).json()}
    assert listed[str(cell)]["rings"] == [[[20.5, 30.25]]]
    assert listed[str(cell)]["parent"] == str(region)
    arrays = await team.one.get(f"{path}/arrays")
    assert arrays.headers["content-type"] == "application/octet-stream"
    assert min(region.bytes, cell.bytes) in arrays.content
    assert struct.pack("<2f", 20.5, 30.25) in arrays.content
    hidden = await team.two.get(f"{path}/arrays")
    assert hidden.status_code == 404
    gone = {**point, "revision": 2, "deleted": True}
    assert (await team.one.put(f"{path}/{cell}", json=gone)).status_code == 200
    assert cell.bytes not in (await team.one.get(f"{path}/arrays")).content


async def test_a_file_of_outlines_is_brought_in_at_once_with_its_regions(
    slide: Slide, team: Team, run_jobs: Callable[[], Awaitable[int]]
) -> None:
    await hand_out(team, run_jobs, slide_ids=[str(slide.id)], vocabulary="slide-tissue")
    opened = await begin(team.one)
    region = Outline(
        "tumour", (((0.0, 0.0), (900.0, 0.0), (900.0, 900.0), (0.0, 0.0)),), id=str(uuid4())
    )
    marks = [
        Outline("tumour", (((float(n), 1.0),),), None, Kind.POINT, str(uuid4()), region.id)
        for n in range(300)
    ]
    path = f"{API}/attempts/{opened['id']}"
    for _ in range(2):
        brought = await team.one.post(
            f"{path}/labels",
            params={"lease": opened["lease"], "format": "geojson"},
            content=write_geojson([region, *marks]),
        )
        assert brought.status_code == 200, brought.text
        listed = (await team.one.get(f"{path}/elements")).json()
        assert len(listed) == 301
    (own,) = [one["element_id"] for one in listed if one["kind"] == "polygon"]
    assert {one["parent"] for one in listed if one["kind"] == "point"} == {own}
