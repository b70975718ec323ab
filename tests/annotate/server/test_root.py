"""The full reader's root: nothing else lies below it, and what comes back is taken or kept."""

from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any
from uuid import UUID

import httpx2
import numpy as np
import pytest
from pydicom import dcmread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from tests.annotate.server.conftest import Team, begin, draw, hand_out
from tests.dicomweb.conftest import Held, hold_ct

from renkei.annotate.server.root_tables import ReturnedObject
from renkei.dicomweb.alias import alias_of
from renkei.imaging.codes import Code
from renkei.imaging.labels import LabelSet, Segment
from renkei.imaging.seg import write_seg
from renkei.server.storage import load

Drain = Callable[[], Awaitable[int]]
API = "/api/v1/annotate"
TISSUE = Code("SRT", "T-D0050", "Tissue")
SHAPE = (20, 12, 10)


def area(z: slice) -> np.ndarray:
    """Return a mask of some slices."""
    mask = np.zeros(SHAPE, dtype=bool)
    mask[z, 2:7, 3:8] = True
    return mask


@pytest.fixture
async def ct(session: AsyncSession, site_a: Any) -> Held:
    return await hold_ct(session, site_a, "P-0001-SECRET")


@pytest.fixture
async def task(ct: Held, team: Team, run_jobs: Drain) -> UUID:
    return await hand_out(team, run_jobs, series_ids=[str(ct.series_id)], vocabulary="abdomen-ct")


async def open_reader(client: httpx2.AsyncClient, **body: Any) -> tuple[str, str]:
    """Open the next case in the full reader; return its attempt and its root."""
    attempt = (await client.post(f"{API}/next")).json()["id"]
    answer = await client.post(f"{API}/attempts/{attempt}/reader", json=body)
    assert answer.status_code == 201, answer.text
    return attempt, answer.json()["path"].split("/")[2]


def seg_of(ct: Held, root: str, segments: dict[str, np.ndarray], *, label_map: bool) -> bytes:
    """Return a SEG as OHIF writes it: on the root's aliases, without a code of the vocabulary."""
    sources = [dcmread(BytesIO(data)) for data in ct.files]
    for source in sources:
        source.PatientName = ""
        for name in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
            setattr(source, name, alias_of(root, str(source.get(name))))
    sources.sort(key=lambda one: float(one.ImagePositionPatient[2]))
    labels = tuple(
        Segment(n, name, TISSUE, mask) for n, (name, mask) in enumerate(segments.items(), start=1)
    )
    data = write_seg(LabelSet(ct.volume.geometry, labels), sources, label_map=label_map)
    seg = dcmread(BytesIO(data))
    seg.ContentCreatorName, seg.ContentLabel = "", "SEGMENTATION"
    return data_of(seg)


def data_of(dataset: Any) -> bytes:
    out = BytesIO()
    dataset.save_as(out)
    return out.getvalue()


async def stow(client: httpx2.AsyncClient, root: str, *files: bytes) -> httpx2.Response:
    parts = b"".join(
        b"--edge\r\nContent-Type: application/dicom\r\n\r\n" + data + b"\r\n" for data in files
    )
    return await client.post(
        f"/dicom-web/{root}/studies",
        content=parts + b"--edge--\r\n",
        headers={"content-type": 'multipart/related; type="application/dicom"; boundary=edge'},
    )


async def mask_of(client: httpx2.AsyncClient, attempt: str, group: str) -> np.ndarray:
    answer = await client.get(f"{API}/attempts/{attempt}/mask?group={group}")
    return np.frombuffer(answer.content, dtype=np.uint8).reshape(SHAPE)


@pytest.mark.parametrize("label_map", [False, True])
async def test_a_segmentation_comes_back_by_names_of_the_vocabulary(
    session: AsyncSession, ct: Held, team: Team, task: UUID, *, label_map: bool
) -> None:
    attempt, root = await open_reader(team.one)
    liver, other = area(slice(3, 9)), area(slice(12, 14))
    data = seg_of(ct, root, {"Liver": liver, "spleen": other}, label_map=label_map)
    answer = await stow(team.one, root, data)
    assert answer.status_code == 200, answer.text
    drawn = await mask_of(team.one, attempt, "organs")
    assert np.array_equal(drawn > 0, liver | other)
    assert len(np.unique(drawn)) == 3
    # The raw upload stays, and what is shown now bears the vocabulary's code and the reader's name.
    row = (await session.scalars(select(ReturnedObject))).one()
    assert await load(session, row.object_id) == data
    series = (await team.one.get(f"/dicom-web/{root}/series?Modality=SEG")).json()
    place = series[0]["00081190"]["Value"][0]
    sop = dcmread(BytesIO(data)).SOPInstanceUID
    whole = await team.one.get(f"{place}/instances/{sop}")
    assert whole.status_code == 200
    body = whole.content
    shown = dcmread(BytesIO(body[body.index(b"\r\n\r\n") + 4 :]), force=True)
    codes = {str(s.SegmentedPropertyTypeCodeSequence[0].CodeValue) for s in shown.SegmentSequence}
    assert "T-D0050" not in codes
    assert str(shown.ContentCreatorName)
    assert "SECRET" not in str(shown)
    for uid in (ct.study_uid, ct.series_uid, *ct.sop_uids):
        assert uid.encode() not in body


async def test_what_cannot_be_taken_is_kept_and_says_why(
    session: AsyncSession, ct: Held, team: Team, task: UUID
) -> None:
    attempt, root = await open_reader(team.one)
    nameless = seg_of(ct, root, {"Segment 1": area(slice(3, 9))}, label_map=False)
    for data in (nameless, b"no dicom at all"):
        answer = await stow(team.one, root, data)
        assert answer.status_code == 409
    assert not (await mask_of(team.one, attempt, "organs")).any()
    rows = (await session.scalars(select(ReturnedObject).order_by(ReturnedObject.id))).all()
    assert [await load(session, row.object_id) for row in rows] == [nameless, b"no dicom at all"]
    listed = (await team.one.get(f"{API}/attempts/{attempt}/returned")).json()["items"]
    assert {one["refused"] for one in listed} >= {"unnamed_segment"}
    assert all(one["why"] for one in listed)


async def test_labels_that_do_not_come_back_stay(ct: Held, team: Team, task: UUID) -> None:
    opened = await begin(team.one)
    lesion = area(slice(4, 6))
    await draw(team.one, opened, (area(slice(0, 2)), "organs", 1), (lesion, "lesions", 7))
    _, root = await open_reader(team.one, take=True)
    shown = await team.one.get(f"/dicom-web/{root}/series?Modality=SEG")
    assert len(shown.json()) == 1
    data = seg_of(ct, root, {"liver": area(slice(8, 9))}, label_map=False)
    assert (await stow(team.one, root, data)).status_code == 200
    assert np.array_equal((await mask_of(team.one, opened["id"], "lesions")) == 7, lesion)
    organs = await mask_of(team.one, opened["id"], "organs")
    assert np.array_equal(organs == 1, area(slice(8, 9)))
    # The same object again changes nothing.
    assert (await stow(team.one, root, data)).status_code == 200


async def test_another_window_that_took_over_is_not_overwritten(
    session: AsyncSession, ct: Held, team: Team, task: UUID
) -> None:
    attempt, root = await open_reader(team.one)
    data = seg_of(ct, root, {"liver": area(slice(3, 9))}, label_map=False)
    await team.one.post(f"{API}/attempts/{attempt}/open", json={"take": True})
    assert (await stow(team.one, root, data)).status_code == 409
    assert not (await mask_of(team.one, attempt, "organs")).any()
    assert (await session.scalars(select(ReturnedObject.refused))).one() == "lease_held"


async def test_the_other_reader_finds_nothing_on_any_route(
    ct: Held, team: Team, task: UUID
) -> None:
    _, mine = await open_reader(team.one)
    _, theirs = await open_reader(team.two)
    data = seg_of(ct, theirs, {"liver": area(slice(3, 9))}, label_map=False)
    before = {at: (await team.one.get(at)).content for at in searches(mine)}
    assert (await stow(team.two, theirs, data)).status_code == 200
    seg = dcmread(BytesIO(data))
    series = (await team.two.get(f"/dicom-web/{theirs}/series?Modality=SEG")).json()[0]
    study = series["0020000D"]["Value"][0]
    below = f"studies/{study}/series/{seg.SeriesInstanceUID}"
    object_ = f"{below}/instances/{seg.SOPInstanceUID}"
    places = [
        *(
            f"{place}{tail}"
            for place in (f"studies/{study}", below, object_)
            for tail in ("", "/metadata", "/thumbnail")
        ),
        *(f"{object_}/{tail}" for tail in ("frames/1", "frames", "rendered", "bulkdata/7FE00010")),
    ]
    assert (await team.two.get(f"/dicom-web/{theirs}/{object_}")).status_code == 200
    for root in (mine, theirs):
        for place in places:
            answer = await team.one.get(f"/dicom-web/{root}/{place}")
            assert answer.status_code == 404, (root == mine, place)
    assert (await stow(team.one, theirs, data)).status_code == 404
    assert (await team.one.get(f"/ohif/{theirs}/app-config.js")).status_code == 404
    assert before == {at: (await team.one.get(at)).content for at in searches(mine)}


def searches(root: str) -> list[str]:
    return [f"/dicom-web/{root}/{what}" for what in ("studies", "series", "instances")]


async def test_no_real_name_lies_below_a_root(ct: Held, team: Team, task: UUID) -> None:
    _, root = await open_reader(team.one)
    _, other = await open_reader(team.two)
    study = (await team.one.get(f"/dicom-web/{root}/studies")).json()[0]["0020000D"]["Value"][0]
    again = (await team.two.get(f"/dicom-web/{other}/studies")).json()[0]["0020000D"]["Value"][0]
    assert study != again
    said = [await team.one.get(at) for at in searches(root)]
    said.append(await team.one.get(f"/dicom-web/{root}/studies/{study}/metadata"))
    said.append(await team.one.get(f"/dicom-web/{root}/series/{ct.series_id}/volume"))
    for answer in said:
        assert answer.status_code == 200
        for name in ("SECRET", ct.study_uid, ct.series_uid, *ct.sop_uids):
            assert name not in answer.text
    config = await team.one.get(f"/ohif/{root}/app-config.js")
    assert f"/dicom-web/{root}" in config.text
    assert config.headers["cache-control"] == "no-store"
