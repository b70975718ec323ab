"""Batches: the same sending twice, two at once, and whose they are."""

import asyncio

import pytest
from sqlalchemy import func, select
from tests.collect.conftest import Sending, ct_slice, permit, subject

from renkei.collect.server.batch import WrongSiteError, close_batch, open_batch
from renkei.collect.server.intake import take_dicoms
from renkei.collect.server.tables import Batch, BatchFile, FileState
from renkei.consent.server.tables import Consent
from renkei.people.server.organisation import add_organisation
from renkei.people.server.tables import OrganisationKind
from renkei.server.actor import Actor, Role, system
from renkei.server.db import transaction
from renkei.subjects.server.site import add_site
from renkei.subjects.server.tables import Rendition, Series, Subject


async def test_the_same_manifest_is_the_same_batch(session, sending, opened):
    sending.add(ct_slice())
    first, second = await opened(sending), await opened(sending)
    assert first.batch.id == second.batch.id
    assert first.missing == second.missing == [1]
    for table in (Batch, BatchFile, Consent, Subject):
        assert await session.scalar(select(func.count()).select_from(table)) == 1


async def test_a_finished_batch_sent_again_misses_nothing(session, sending, opened):
    data = ct_slice()
    sending.add(data)
    batch = (await opened(sending)).batch
    await take_dicoms(session, batch_id=batch.id, files=[data])
    first = await close_batch(session, batch_id=batch.id)
    assert (await opened(sending)).missing == []
    assert await close_batch(session, batch_id=batch.id) == first


async def test_a_hospital_cannot_send_for_another(session, sending, permitted, site_b, as_actor):
    sending.add(ct_slice())
    b = Actor("b", Role.HOSPITAL, site_b.id, site_b.id)
    with as_actor(session, b), pytest.raises(WrongSiteError):
        await open_batch(session, manifest=sending.manifest())
    assert await session.scalar(select(func.count()).select_from(Batch)) == 0


async def test_a_later_batch_says_what_counts_for_the_subject(session, sending, opened):
    await opened(sending)
    again = Sending(sending.site, subjects=[subject(data_types=["genes"])])
    again.add(b"x", "vcf")
    await opened(again)
    rows = list(await session.scalars(select(Consent).order_by(Consent.id)))
    assert len(rows) == 2
    assert rows[-1].data_types == ["genes"]


async def test_two_sendings_of_one_batch_at_once_store_each_file_once(fresh_database, open_vault):
    async with transaction(system("test")) as session:
        hospital = await add_organisation(session, kind=OrganisationKind.HOSPITAL, name="A")
        site = (await add_site(session, organisation_id=hospital.id, code="A")).id
        await permit(session, site)
    files = [ct_slice(number=n, fill=n, series=f"2.25.{n % 2 + 1}") for n in range(1, 7)]
    sending = Sending(site)
    for data in files:
        sending.add(data)
    actor = Actor("a", Role.HOSPITAL, site, site)

    async def send(order: list[bytes]) -> None:
        async with transaction(actor) as session:
            batch = (await open_batch(session, manifest=sending.manifest())).batch
        for start in (0, 3):
            async with transaction(actor) as session:
                await take_dicoms(session, batch_id=batch.id, files=order[start : start + 3])

    await asyncio.gather(send(files), send(files[::-1]), send(files[2:] + files[:2]))
    async with transaction(system("test")) as session:
        batch = (await session.scalars(select(Batch))).one()
        counts = await close_batch(session, batch_id=batch.id)
        assert (counts.sent, counts.stored, counts.quarantined) == (6, 6, {})
        assert await session.scalar(select(func.count()).select_from(Rendition)) == 6
        assert sorted(await session.scalars(select(Series.instances))) == [3, 3]
        states = set(await session.scalars(select(BatchFile.state)))
        assert states == {FileState.STORED}


async def test_two_batches_at_once_with_the_same_files_hold(fresh_database, open_vault):
    async with transaction(system("test")) as session:
        hospital = await add_organisation(session, kind=OrganisationKind.HOSPITAL, name="A")
        site = (await add_site(session, organisation_id=hospital.id, code="A")).id
        await permit(session, site)
    files = [ct_slice(number=n, fill=n) for n in range(1, 5)]
    actor = Actor("a", Role.HOSPITAL, site, site)

    async def send(tool: str, order: list[bytes]) -> int:
        sending = Sending(site, tool=tool)
        for data in files:
            sending.add(data)
        async with transaction(actor) as session:
            batch = (await open_batch(session, manifest=sending.manifest())).batch
        async with transaction(actor) as session:
            await take_dicoms(session, batch_id=batch.id, files=order)
        async with transaction(actor) as session:
            return (await close_batch(session, batch_id=batch.id)).stored

    stored = await asyncio.gather(send("1", files), send("2", files[::-1]))
    assert stored == [4, 4]
    async with transaction(system("test")) as session:
        assert await session.scalar(select(func.count()).select_from(Rendition)) == 4
        assert await session.scalar(select(func.count()).select_from(Subject)) == 1
