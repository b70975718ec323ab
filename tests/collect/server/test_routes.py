"""Intake over HTTP: manifest, resumable uploads, counts, rights."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update
from tests.collect.conftest import ct_slice

from renkei.collect.server.intake import take_dicom
from renkei.people.server.tables import ApiToken
from renkei.server.actor import Role
from renkei.subjects.server.files import record_file
from renkei.subjects.server.tables import Record

TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = {**TUS, "Content-Type": "application/offset+octet-stream"}
TEXT = b"A report of some length, sent in two pieces."


@pytest.fixture(autouse=True)
def data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("RENKEI_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
async def hospital(client_for, site_a):
    return await client_for(Role.HOSPITAL, site=site_a)


@pytest.fixture
async def batch(hospital, session, sending, permitted):
    sending.add(TEXT, "report")
    await session.commit()
    answer = await hospital.post("/api/v1/collect/batches", content=sending.manifest().to_bytes())
    assert answer.status_code == 201, answer.text
    return answer.json()


def metadata(**values: str) -> dict[str, str]:
    pairs = {"filename": "../x", "filetype": "text/plain", **values}
    encoded = [f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items()]
    return {"Upload-Metadata": ",".join(encoded)}


async def create(client, batch, *, n: str = "1", size: int = len(TEXT)):
    headers = {**TUS, "Upload-Length": str(size), **metadata(batch=batch["id"], n=n)}
    return await client.post("/api/v1/collect/uploads", headers=headers)


async def test_an_upload_resumes_where_it_broke_and_is_taken(hospital, batch, session, data_folder):
    assert batch["missing"] == [1]
    assert batch["stow_root"] == batch["id"]
    created = await create(hospital, batch)
    assert created.status_code == 201, created.text
    place = created.headers["location"]
    first = await hospital.patch(place, content=TEXT[:20], headers={**CHUNK, "Upload-Offset": "0"})
    assert first.status_code == 204, first.text
    asked = await hospital.head(place, headers=TUS)
    assert asked.headers["upload-offset"] == "20"
    wrong = await hospital.patch(place, content=TEXT[20:], headers={**CHUNK, "Upload-Offset": "0"})
    assert wrong.status_code == 409
    last = await hospital.patch(place, content=TEXT[20:], headers={**CHUNK, "Upload-Offset": "20"})
    assert last.status_code == 204, last.text
    row = (await session.scalars(select(Record))).one()
    assert await record_file(session, row.id) == TEXT
    # The sender's name went nowhere, and the half-sent copy is gone.
    left = [p.name for p in data_folder.rglob("uploads/**/*") if p.is_file()]
    assert left == []
    closed = await hospital.post(f"/api/v1/collect/batches/{batch['id']}/close")
    assert closed.json() == {
        "sent": 1,
        "stored": 1,
        "quarantined": {},
        "missing": 0,
        "parts_refused": {},
    }


@pytest.mark.parametrize(
    ("n", "size", "status"),
    [("1", 10**12, 413), ("1", len(TEXT) + 1, 413), ("7", 5, 404), ("x", 5, 400)],
)
async def test_an_upload_that_the_manifest_does_not_name_is_refused_before_a_byte(
    hospital, batch, data_folder, n, size, status
):
    answer = await create(hospital, batch, n=n, size=size)
    assert answer.status_code == status, answer.text
    assert not list(data_folder.rglob("*.info"))


async def test_uploads_cannot_be_joined_or_begun_with_a_body(hospital, batch):
    headers = {**TUS, "Upload-Concat": "final;../x", **metadata(batch=batch["id"], n="1")}
    joined = await hospital.post("/api/v1/collect/uploads", headers=headers)
    assert joined.status_code in {400, 404}
    headers = {**TUS, "Upload-Length": "5", **metadata(batch=batch["id"], n="1")}
    begun = await hospital.post("/api/v1/collect/uploads", headers=headers, content=b"12345")
    assert begun.status_code == 400


@pytest.mark.parametrize("path", ["..%2f..%2fx", "%2e%2e", "x.info", "../x"])
async def test_a_path_as_an_upload_is_not_found(hospital, batch, path):
    answer = await hospital.head(f"/api/v1/collect/uploads/{path}", headers=TUS)
    assert answer.status_code in {400, 404, 405}


async def test_another_hospital_finds_neither_upload_nor_batch(hospital, batch, client_for, site_b):
    place = (await create(hospital, batch)).headers["location"]
    other = await client_for(Role.HOSPITAL, site=site_b)
    assert (await other.head(place, headers=TUS)).status_code == 404
    patched = await other.patch(place, content=b"x", headers={**CHUNK, "Upload-Offset": "0"})
    assert patched.status_code == 404
    assert (await create(other, batch)).status_code == 404
    for path in ("", "/files"):
        answer = await other.get(f"/api/v1/collect/batches/{batch['id']}{path}")
        assert answer.status_code == 404
    closed = await other.post(f"/api/v1/collect/batches/{batch['id']}/close")
    assert closed.status_code == 404
    assert (await other.get("/api/v1/collect/batches")).json()["total"] == 0


async def test_an_expired_token_sends_nothing(hospital, batch, session):
    past = datetime.now(UTC) - timedelta(seconds=1)
    await session.execute(update(ApiToken).values(expires_at=past))
    await session.commit()
    assert (await create(hospital, batch)).status_code == 401
    assert (await hospital.get("/api/v1/collect/batches")).status_code == 401


async def test_the_lists_show_counts_files_and_quarantine(hospital, batch, session):
    stranger = ct_slice(number=9)
    await take_dicom(session, batch_id=batch["id"], data=stranger)
    await session.commit()
    page = (await hospital.get("/api/v1/collect/batches")).json()
    assert page["items"][0]["quarantined"] == {"not_in_manifest": 1}
    assert page["items"][0]["missing"] == 1
    assert page["items"][0]["sent"] == 2
    files = (await hospital.get(f"/api/v1/collect/batches/{batch['id']}/files?sort=n")).json()
    assert [f["state"] for f in files["items"]] == ["expected"]
    held = (await hospital.get("/api/v1/collect/quarantine?reason=not_in_manifest")).json()
    assert held["total"] == 1
    table = await hospital.get("/api/v1/collect/batches?format=csv")
    assert table.status_code == 200
    assert batch["id"] in table.text


async def test_a_manifest_that_is_none_is_refused(hospital):
    answer = await hospital.post("/api/v1/collect/batches", content=b'{"format":"x"}')
    assert answer.status_code == 422
