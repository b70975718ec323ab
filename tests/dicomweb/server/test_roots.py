"""Roots: who may open one, who may use it, when it ends."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import func, select
from tests.dicomweb.conftest import hold_ct

from renkei.consent.server.recall import SubjectRecalled, recall_subject
from renkei.consent.server.tables import RecallKind
from renkei.dicomweb.server.recall import close_roots
from renkei.dicomweb.server.roots import COOKIE, NoSuchImageError, grant_root
from renkei.dicomweb.server.tables import Root
from renkei.people.server.organisation import actor_of_user
from renkei.people.server.tables import User
from renkei.server.actor import Role
from renkei.server.audit import AuditRow
from renkei.subjects.server.grant import end_grants, grant_view


async def _user(session, role: Role) -> User:
    return (await session.scalars(select(User).where(User.role == role))).one()


async def test_opening_leaves_a_trace_and_a_cookie_of_its_path(client_for, site_a, session, ct):
    client = await client_for(Role.HOSPITAL, site=site_a)
    answer = await client.post("/api/v1/dicomweb/roots", json={"series": [str(ct.series_id)]})
    cookie = answer.headers["set-cookie"]
    assert f"Path={answer.json()['path']}" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    actions = list(await session.scalars(select(AuditRow.action)))
    assert "dicomweb.open" in actions


async def test_the_cookie_reads_below_its_root_and_nowhere_else(
    app, client_for, site_a, ct, open_root
):
    client = await client_for(Role.HOSPITAL, site=site_a)
    path = await open_root(client, series=[ct.series_id])
    other = await open_root(client, series=[ct.series_id])
    secret = next(c.value for c in client.cookies.jar if c.path == path)
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as bare:
        cookie = {"cookie": f"{COOKIE}={secret}"}
        assert (await bare.get(f"{path}/studies", headers=cookie)).status_code == 200
        assert (await bare.get(f"{other}/studies", headers=cookie)).status_code == 401
        assert (await bare.get("/api/v1/subjects/series", headers=cookie)).status_code == 401
        stow = await bare.post(f"{path}/studies", headers=cookie, content=b"")
        assert stow.status_code == 401


async def test_nobody_opens_a_root_over_what_they_may_not_see(client_for, site_b, ct):
    client = await client_for(Role.HOSPITAL, site=site_b)
    answer = await client.post("/api/v1/dicomweb/roots", json={"series": [str(ct.series_id)]})
    assert answer.status_code == 404


async def test_a_root_over_nothing_is_refused(client_for, site_a):
    client = await client_for(Role.HOSPITAL, site=site_a)
    assert (await client.post("/api/v1/dicomweb/roots", json={})).status_code == 400


ADDRESSES = [
    "studies",
    "series",
    "instances",
    "{series}/metadata",
    "{series}",
    "{series}/instances/{sop}",
    "{series}/instances/{sop}/frames/1",
    "{series}/instances/{sop}/rendered",
    "series/{id}/volume",
    "series/{id}/slab/0",
]


@pytest.mark.parametrize("role", [Role.HOSPITAL, Role.CURATOR, Role.READER])
async def test_another_ones_root_is_not_there(client_for, site_a, site_b, ct, open_root, role):
    mine = await client_for(Role.HOSPITAL, site=site_a)
    path = await open_root(mine, series=[ct.series_id])
    other = await client_for(role, site=site_b if role is Role.HOSPITAL else None)
    for address in ADDRESSES:
        place = address.format(series=ct.address, sop=ct.sop_uids[0], id=ct.series_id)
        assert (await other.get(f"{path}/{place}")).status_code == 404, address


async def test_the_holder_gets_every_address(client_for, site_a, ct, open_root):
    mine = await client_for(Role.HOSPITAL, site=site_a)
    path = await open_root(mine, series=[ct.series_id])
    for address in ADDRESSES:
        place = address.format(series=ct.address, sop=ct.sop_uids[0], id=ct.series_id)
        assert (await mine.get(f"{path}/{place}")).status_code == 200, address


async def test_what_is_not_in_the_root_is_not_below_it(client_for, site_a, session, ct, open_root):
    other = await hold_ct(session, site_a, "P-0002", seed=1)
    client = await client_for(Role.HOSPITAL, site=site_a)
    path = await open_root(client, series=[other.series_id])
    for address in ADDRESSES:
        place = address.format(series=ct.address, sop=ct.sop_uids[0], id=ct.series_id)
        answer = await client.get(f"{path}/{place}")
        assert answer.status_code == (200 if address in ADDRESSES[:3] else 404), address
        assert ct.study_uid not in answer.text


async def test_a_reader_sees_only_while_the_grant_lasts(client_for, session, ct, open_root):
    client = await client_for(Role.READER)
    refused = await client.post("/api/v1/dicomweb/roots", json={"series": [str(ct.series_id)]})
    assert refused.status_code == 404
    reader = await _user(session, Role.READER)
    ends = datetime.now(UTC) + timedelta(hours=1)
    await grant_view(session, user_id=reader.id, series_id=ct.series_id, expires_at=ends)
    await session.commit()
    path = await open_root(client, series=[ct.series_id])
    assert len((await client.get(f"{path}/studies")).json()) == 1
    await end_grants(session, user_id=reader.id, series_id=ct.series_id)
    await session.commit()
    assert (await client.get(f"{path}/studies")).status_code == 204
    assert (await client.get(f"{path}/series/{ct.series_id}/volume")).status_code == 404


async def test_a_reader_learns_no_pseudonym(client_for, session, ct, open_root):
    client = await client_for(Role.READER)
    reader = await _user(session, Role.READER)
    ends = datetime.now(UTC) + timedelta(hours=1)
    await grant_view(session, user_id=reader.id, series_id=ct.series_id, expires_at=ends)
    await session.commit()
    path = await open_root(client, series=[ct.series_id])
    study = (await client.get(f"{path}/studies")).json()[0]
    alias = study["00100020"]["Value"][0]
    assert alias.startswith("CASE-")
    found = await client.get(f"{path}/studies", params={"PatientID": alias})
    assert len(found.json()) == 1
    told = await client.get(f"{path}/studies", params={"PatientID": "P-0001-SECRET"})
    assert told.status_code == 204
    assert (await client.get(f"{path}/{ct.address}/metadata")).status_code == 404
    first = (await client.get(f"{path}/instances")).json()[0]["00081190"]["Value"][0]
    metadata = await client.get(f"{first}/metadata")
    assert alias in metadata.text
    assert "P-0001-SECRET" not in metadata.text
    assert not any(uid in metadata.text for uid in (ct.study_uid, ct.series_uid, *ct.sop_uids))
    whole = await client.get(first)
    assert whole.status_code == 403
    assert b"P-0001-SECRET" not in whole.content
    assert (await client.get(f"{first}/frames/1")).status_code == 200


async def test_a_closed_or_expired_root_is_gone(client_for, site_a, session, ct, open_root):
    client = await client_for(Role.HOSPITAL, site=site_a)
    path = await open_root(client, series=[ct.series_id])
    root_id = path.rpartition("/")[2]
    assert (await client.delete(f"/api/v1/dicomweb/roots/{root_id}")).status_code == 204
    assert (await client.get(f"{path}/studies")).status_code == 404
    late = await open_root(client, series=[ct.series_id])
    row = (await session.scalars(select(Root).where(Root.closed_at.is_(None)))).one()
    row.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    await session.commit()
    assert (await client.get(f"{late}/studies")).status_code == 404


async def test_nobody_closes_anothers_root(client_for, site_a, session, ct, open_root):
    mine = await client_for(Role.HOSPITAL, site=site_a)
    path = await open_root(mine, series=[ct.series_id])
    other = await client_for(Role.OPERATOR)
    answer = await other.delete(f"/api/v1/dicomweb/roots/{path.rpartition('/')[2]}")
    assert answer.status_code == 404
    assert (await mine.get(f"{path}/studies")).status_code == 200


async def test_a_task_may_open_a_root_for_a_reader(session, client_for, ct, as_actor):
    client = await client_for(Role.READER)
    reader = await _user(session, Role.READER)
    ends = datetime.now(UTC) + timedelta(hours=1)
    await grant_view(session, user_id=reader.id, series_id=ct.series_id, expires_at=ends)
    opened = await grant_root(session, user_id=reader.id, series_ids=[ct.series_id])
    await session.commit()
    assert (await client.get(f"{opened.path}/studies")).status_code == 200
    with as_actor(session, actor_of_user(reader)), pytest.raises(NoSuchImageError):
        await grant_root(session, user_id=reader.id, series_ids=[uuid4()])


async def test_a_recall_closes_the_subjects_roots_and_no_others(
    client_for, site_a, session, ct, open_root
):
    other = await hold_ct(session, site_a, "P-0002", seed=1)
    client = await client_for(Role.HOSPITAL, site=site_a)
    gone = await open_root(client, series=[ct.series_id, other.series_id])
    kept = await open_root(client, series=[other.series_id])
    recall = await recall_subject(
        session, subject_id=ct.subject_id, kind=RecallKind.WITHDRAWAL, reason="asked"
    )
    await session.commit()
    event = SubjectRecalled(recall_id=recall.id, subject_id=ct.subject_id)
    await close_roots(event)
    await close_roots(event)
    assert (await client.get(f"{gone}/studies")).status_code == 404
    assert (await client.get(f"{kept}/studies")).status_code == 200
    closed = select(func.count()).select_from(Root).where(Root.closed_at.is_not(None))
    assert await session.scalar(closed) == 1
