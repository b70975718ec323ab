"""Storing by STOW-RS into a batch."""

from sqlalchemy import func, select
from tests.collect.conftest import Sending, ct_slice, permit, subject

from renkei.collect.server.batch import close_batch, open_batch
from renkei.dicomweb.multipart import Part, write_parts
from renkei.server.actor import Role
from renkei.subjects.server.tables import Rendition


async def send(client, batch_id, files, **headers):
    kind, body = write_parts([Part("application/dicom", data) for data in files])
    headers = {"content-type": kind, **headers}
    return await client.post(
        f"/dicom-web/{batch_id}/studies", content=b"".join(body), headers=headers
    )


async def opened(session, site, files, **more):
    await permit(session, site.id)
    sending = Sending(site.id, **more)
    for data in files:
        sending.add(data)
    batch = (await open_batch(session, manifest=sending.manifest())).batch
    await session.commit()
    return batch.id


async def test_all_stored_is_200_and_names_each(client_for, session, site_a):
    files = [ct_slice(number=n, fill=n) for n in range(1, 5)]
    batch_id = await opened(session, site_a, files)
    client = await client_for(Role.HOSPITAL, site=site_a)
    answer = await send(client, batch_id, files)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["00081199"]["Value"]) == 4
    assert "00081198" not in answer.json()
    assert await session.scalar(select(func.count()).select_from(Rendition)) == 4
    again = await send(client, batch_id, files)
    assert again.status_code == 200
    assert await session.scalar(select(func.count()).select_from(Rendition)) == 4


async def test_some_stored_is_202_none_is_409_and_the_counts_close(client_for, session, site_a):
    good, bad = ct_slice(), ct_slice("P2", number=2)[:-20]
    batch_id = await opened(
        session, site_a, [good, bad], subjects=[subject(), subject("P2", consent=False)]
    )
    client = await client_for(Role.HOSPITAL, site=site_a)
    some = await send(client, batch_id, [good, bad])
    assert some.status_code == 202
    # Cut off, it cannot be read: nobody knows which instance failed.
    (failed,) = some.json()["0008119A"]["Value"]
    assert failed == {"00081197": {"vr": "US", "Value": [0xC000]}}
    assert (await send(client, batch_id, [bad])).status_code == 409
    counts = await close_batch(session, batch_id=batch_id)
    assert counts.sent == 2 == counts.stored + sum(counts.quarantined.values())


async def test_a_closed_batch_takes_nothing(client_for, session, site_a):
    data = ct_slice()
    batch_id = await opened(session, site_a, [data])
    await close_batch(session, batch_id=batch_id)
    await session.commit()
    client = await client_for(Role.HOSPITAL, site=site_a)
    assert (await send(client, batch_id, [data])).status_code == 409
    assert await session.scalar(select(func.count()).select_from(Rendition)) == 0


async def test_another_hospital_finds_no_such_batch(client_for, session, site_a, site_b):
    data = ct_slice()
    batch_id = await opened(session, site_a, [data])
    other = await client_for(Role.HOSPITAL, site=site_b)
    assert (await send(other, batch_id, [data])).status_code == 404
    # A reader may send back what was drawn in a root of their own, and nowhere else.
    reader = await client_for(Role.READER)
    assert (await send(reader, batch_id, [data])).status_code == 404
    licensee = await client_for(Role.LICENSEE)
    assert (await send(licensee, batch_id, [data])).status_code == 403
    assert await session.scalar(select(func.count()).select_from(Rendition)) == 0


async def test_a_broken_body_stores_nothing(client_for, session, site_a):
    data = ct_slice()
    batch_id = await opened(session, site_a, [data])
    client = await client_for(Role.HOSPITAL, site=site_a)
    kind, body = write_parts([Part("application/dicom", data)])
    cut = b"".join(body)[:-30]
    answer = await client.post(
        f"/dicom-web/{batch_id}/studies", content=cut, headers={"content-type": kind}
    )
    assert answer.status_code == 400
    plain = await client.post(
        f"/dicom-web/{batch_id}/studies", content=data, headers={"content-type": "text/plain"}
    )
    assert plain.status_code == 400
    assert await session.scalar(select(func.count()).select_from(Rendition)) == 0
