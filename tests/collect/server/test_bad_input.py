"""What hospitals send by mistake or in malice, over a real socket: each refusal has its place."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select
from tests.collect.conftest import BOMB, Sending, ct_slice, permit
from tests.collect.server.test_routes import CHUNK, TUS, metadata
from tests.committed import address, connection
from tests.dicomweb.server.test_stow import send

from renkei.collect.server.tables import Quarantine
from renkei.server.actor import Role
from renkei.server.storage import load
from renkei.subjects.server.tables import Instance, Rendition

__all__ = ["address", "connection"]
API = "/api/v1/collect"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(400)
SLICES = {
    "empty": b"",
    "truncated": ct_slice(number=2)[:-40],
    "renamed picture": PNG,
    "renamed archive": b"PK\x03\x04../../etc/passwd" + bytes(300),
    "no pixels": ct_slice(number=3, Rows=0, Columns=0),
    "text": "患者の所見".encode("cp932"),
}


@pytest.fixture(autouse=True)
def data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("RENKEI_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
async def web(address: str, client_for: Any, site_a: Any, session: Any) -> Any:
    """Sign the hospital in on the socket; its approval and contract are on record."""
    await permit(session, site_a.id)
    await session.commit()
    headers = (await client_for(Role.HOSPITAL, site=site_a)).headers
    async with httpx2.AsyncClient(
        base_url=address,
        headers={"Authorization": headers["Authorization"]},
        timeout=60,
    ) as client:
        yield client


async def open_batch(web: httpx2.AsyncClient, sending: Sending) -> str:
    answer = await web.post(f"{API}/batches", content=sending.manifest().to_bytes())
    assert answer.status_code in {200, 201}, answer.text
    return str(answer.json()["id"])


async def upload(web: httpx2.AsyncClient, batch: str, n: int, data: bytes, name: str) -> int:
    told = metadata(batch=batch, n=str(n), filename=name)
    headers = {**TUS, "Upload-Length": str(len(data)), **told}
    created = await web.post(f"{API}/uploads", headers=headers)
    assert created.status_code == 201, created.text
    headers = {**CHUNK, "Upload-Offset": "0"}
    return (await web.patch(created.headers["location"], content=data, headers=headers)).status_code


async def close(web: httpx2.AsyncClient, batch: str) -> dict[str, Any]:
    answer = await web.post(f"{API}/batches/{batch}/close")
    assert answer.status_code == 200, answer.text
    counts: dict[str, Any] = answer.json()
    assert counts["sent"] == counts["stored"] + sum(counts["quarantined"].values())
    assert counts["missing"] == 0
    return counts


async def test_every_bad_slice_is_held_with_its_bytes_and_the_good_one_stands(
    web: httpx2.AsyncClient, session: Any, site_a: Any
) -> None:
    sending, good = Sending(site_a.id), ct_slice()
    for data in (good, *SLICES.values()):
        sending.add(data)
    batch = await open_batch(web, sending)
    answer = await send(web, batch, [good, *SLICES.values()])
    assert answer.status_code == 202, answer.text
    counts = await close(web, batch)
    assert (counts["sent"], counts["stored"]) == (1 + len(SLICES), 1)
    held = list(await session.scalars(select(Quarantine)))
    kept = {await load(session, row.object_id) for row in held}
    assert kept == set(SLICES.values())
    assert {row.reason for row in held} >= {"empty_file", "truncated", "not_dicom", "no_pixels"}


async def test_a_bomb_is_held_and_a_path_in_its_name_leads_nowhere(
    web: httpx2.AsyncClient, session: Any, site_a: Any, data_folder: Path
) -> None:
    sending = Sending(site_a.id)
    n = sending.add(BOMB, "vcf")
    batch = await open_batch(web, sending)
    assert await upload(web, batch, n, BOMB, "../../../x.vcf.gz") == 204
    assert (await close(web, batch))["quarantined"] == {"inflates_too_far": 1}
    held = (await session.scalars(select(Quarantine))).one()
    assert await load(session, held.object_id) == BOMB
    assert not list(data_folder.parent.rglob("x.vcf*"))


async def test_the_same_batch_twice_at_once_is_one(
    web: httpx2.AsyncClient, session: Any, site_a: Any
) -> None:
    files = [ct_slice(number=n, fill=n) for n in range(1, 6)]
    sending = Sending(site_a.id)
    for data in files:
        sending.add(data)
    batches = set(await asyncio.gather(*(open_batch(web, sending) for _ in range(2))))
    (batch,) = batches
    answers = await asyncio.gather(*(send(web, batch, files) for _ in range(2)))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert await session.scalar(select(func.count()).select_from(Rendition)) == len(files)
    assert (await close(web, batch))["stored"] == len(files)
    assert await open_batch(web, sending) == batch


async def test_two_batches_at_once_with_the_same_files_both_close(
    web: httpx2.AsyncClient, session: Any, site_a: Any
) -> None:
    files = [ct_slice(number=n, fill=n) for n in range(1, 6)]
    sendings = [Sending(site_a.id, tool=f"0.1.{n}") for n in range(2)]
    for sending in sendings:
        for data in files:
            sending.add(data)
    batches = [await open_batch(web, sending) for sending in sendings]
    assert len(set(batches)) == 2
    answers = await asyncio.gather(*(send(web, batch, files) for batch in batches))
    assert {answer.status_code for answer in answers} <= {200, 202}, [a.text for a in answers]
    for batch in batches:
        assert (await close(web, batch))["sent"] == len(files)
    assert await session.scalar(select(func.count()).select_from(Instance)) == len(files)
