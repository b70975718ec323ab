"""Lists and details of the facts, and who sees them."""

import pytest
from sqlalchemy import select
from tests.collect.conftest import Sending, ct_slice, permit

from renkei.collect.server.batch import open_batch
from renkei.collect.server.intake import take_dicom
from renkei.collect.server.upload import take_upload
from renkei.server.actor import Actor, Role
from renkei.subjects.server.files import NoSuchFileError, series_files
from renkei.subjects.server.grant import end_grants, grant_view
from renkei.subjects.server.tables import Series, Subject

TABLE = b"id,stage\nP1,IV\n"


@pytest.fixture
async def series_id(session, site_a):
    await permit(session, site_a.id)
    sending = Sending(site_a.id)
    scan = ct_slice()
    sending.add(scan)
    n = sending.add(TABLE, "table")
    batch = (await open_batch(session, manifest=sending.manifest())).batch
    await take_dicom(session, batch_id=batch.id, data=scan)
    await take_upload(session, batch_id=batch.id, n=n, data=TABLE)
    await session.commit()
    return await session.scalar(select(Series.id))


async def test_every_list_shows_names_and_counts(client_for, series_id):
    curator = await client_for(Role.CURATOR)
    first = {}
    for what in ("sites", "subjects", "studies", "series", "slides", "records"):
        answer = await curator.get(f"/api/v1/subjects/{what}")
        assert answer.status_code == 200, answer.text
        first[what] = (answer.json()["items"] or [None])[0]
        assert (await curator.get(f"/api/v1/subjects/{what}?format=csv")).status_code == 200
    assert first["subjects"]["site"] == "A"
    assert (first["subjects"]["series"], first["subjects"]["records"]) == (1, 1)
    assert (first["studies"]["modalities"], first["studies"]["series"]) == (["CT"], 1)
    assert first["series"]["study_date"] == "2024-02-19"
    assert first["slides"] is None
    for what in ("subjects", "studies", "series", "records"):
        found = await curator.get(f"/api/v1/subjects/{what}/{first[what]['id']}")
        assert found.json()["id"] == first[what]["id"]
    content = await curator.get(f"/api/v1/subjects/records/{first['records']['id']}/content")
    assert content.content == TABLE


async def test_a_subject_comes_with_the_timeline(client_for, series_id, session):
    hospital = await client_for(Role.CURATOR)
    subject = await session.scalar(select(Subject.id))
    found = (await hospital.get(f"/api/v1/subjects/subjects/{subject}")).json()
    assert [(e["date"], e["lane"], e["title"]) for e in found["timeline"]] == [
        ("2024-02-19", "image", "CT ABDOMEN"),
        (None, "table", "table"),
    ]


async def test_another_hospital_and_a_licensee_see_nothing(client_for, series_id, site_b, session):
    b = await client_for(Role.HOSPITAL, site=site_b)
    for what in ("subjects", "studies", "series", "records"):
        assert (await b.get(f"/api/v1/subjects/{what}")).json()["total"] == 0
    assert (await b.get(f"/api/v1/subjects/series/{series_id}")).status_code == 404
    licensee = await client_for(Role.LICENSEE)
    assert (await licensee.get("/api/v1/subjects/series")).status_code == 403


async def test_a_reader_gets_the_files_while_a_grant_lasts_and_lists_nothing(
    client_for, series_id, session, as_actor
):
    from datetime import UTC, datetime, timedelta
    from uuid import UUID

    reader = await client_for(Role.READER)
    user = (await reader.get("/api/v1/people/me")).json()["id"]

    async def grant(hours: int) -> None:
        ends = datetime.now(UTC) + timedelta(hours=hours)
        await grant_view(session, user_id=UUID(user), series_id=series_id, expires_at=ends)
        await session.commit()

    actor = Actor(user, Role.READER)
    with as_actor(session, actor), pytest.raises(NoSuchFileError):
        await series_files(session, series_id)
    await grant(1)
    # Lists would name the image by which a hidden case is known again.
    assert (await reader.get("/api/v1/subjects/series")).status_code == 403
    with as_actor(session, actor):
        assert len(await series_files(session, series_id)) == 1
    await grant(-1)
    with as_actor(session, actor), pytest.raises(NoSuchFileError):
        await series_files(session, series_id)
    assert await end_grants(session, user_id=UUID(user), series_id=series_id) == 1
