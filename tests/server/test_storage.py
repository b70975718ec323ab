"""Stored bytes: whole, in parts, for another key, and gone when the key is."""

import os
from uuid import uuid4

import obstore
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import NotFoundError
from renkei.proof.crypt4gh import decrypt_body, new_key_pair, open_header
from renkei.server import vault
from renkei.server.actor import Actor, Role
from renkei.server.keys import OwnerKey
from renkei.server.lineage import record_run, subjects_of, touched_by
from renkei.server.storage import (
    ObjectDamagedError,
    ObjectErasedError,
    StoredObject,
    erase_subject,
    load,
    load_range,
    read_body,
    reheader,
    store,
)


async def test_bytes_come_back_and_lie_encrypted(session: AsyncSession) -> None:
    data = b"a slice of somebody" * 10_000
    stored = await store(session, data, site_id=uuid4(), subject_id=uuid4())
    assert await load(session, stored.id) == data
    assert b"somebody" not in await read_body(stored)
    assert stored.size == len(data)


async def test_the_same_bytes_are_kept_once_per_subject_and_apart_between_subjects(
    session: AsyncSession,
) -> None:
    site, one, two = uuid4(), uuid4(), uuid4()
    first = await store(session, b"x", site_id=site, subject_id=one)
    again = await store(session, b"x", site_id=site, subject_id=one)
    other = await store(session, b"x", site_id=site, subject_id=two)
    assert first.id == again.id
    assert first.id != other.id
    assert first.cipher_sha256 != other.cipher_sha256


async def test_any_range_equals_the_slice_of_the_whole(session: AsyncSession) -> None:
    data = os.urandom(3_000_000)
    stored = await store(session, data, site_id=uuid4())
    edges = [0, 1, 65_535, 65_536, 65_537, 1_048_576, 1_050_000, 2_999_999, 3_000_000]
    for start in edges:
        for stop in edges:
            if start <= stop:
                assert await load_range(session, stored.id, start, stop) == data[start:stop]


async def test_an_erased_subject_can_be_read_by_nobody_and_the_neighbour_still_can(
    session: AsyncSession,
) -> None:
    site, gone, stays = uuid4(), uuid4(), uuid4()
    erased = [await store(session, bytes([n]), site_id=site, subject_id=gone) for n in range(3)]
    kept = await store(session, b"kept", site_id=site, subject_id=stays)
    assert await erase_subject(session, gone) == 3
    for stored in erased:
        with pytest.raises(ObjectErasedError):
            await load(session, stored.id)
        with pytest.raises(ObjectErasedError):
            await load_range(session, stored.id, 0, 1)
        with pytest.raises(ObjectErasedError):
            await reheader(session, stored.id, new_key_pair()[1])
    with pytest.raises(ObjectErasedError):
        await store(session, b"new", site_id=site, subject_id=gone)
    assert await load(session, kept.id) == b"kept"
    wrapped = await session.scalars(select(OwnerKey.wrapped).where(OwnerKey.owner_id == gone))
    assert list(wrapped) == [None]
    assert await erase_subject(session, gone) == 0


async def test_a_new_header_opens_the_same_body_for_a_licensee(session: AsyncSession) -> None:
    private, public = new_key_pair()
    stored = await store(session, b"for you", site_id=uuid4(), subject_id=uuid4())
    header = await reheader(session, stored.id, public)
    assert decrypt_body(await read_body(stored), open_header(header, private)) == b"for you"


async def test_swapped_segments_are_found_by_whole_and_range_reads(session: AsyncSession) -> None:
    stored = await store(session, os.urandom(2_500_000), site_id=uuid4())
    body = await read_body(stored)
    segment = 65_564
    swapped = body[segment : 2 * segment] + body[:segment] + body[2 * segment :]
    await obstore.put_async(vault.current().objects, stored.path, swapped)
    with pytest.raises(ObjectDamagedError):
        await load(session, stored.id)
    with pytest.raises(ObjectDamagedError):
        await load_range(session, stored.id, 0, 10)
    assert len(await load_range(session, stored.id, 2_400_000, 2_400_010)) == 10


async def test_another_hospital_finds_no_such_object(session: AsyncSession, as_actor) -> None:
    site, other = uuid4(), uuid4()
    stored = await store(session, b"x", site_id=site, subject_id=uuid4())
    with as_actor(session, Actor("b", Role.HOSPITAL, other, other)):
        with pytest.raises(NotFoundError):
            await load(session, stored.id)
        assert list(await session.scalars(select(StoredObject))) == []


async def test_lineage_leads_from_a_subject_through_every_run(session: AsyncSession) -> None:
    site, one, two = uuid4(), uuid4(), uuid4()
    a = await store(session, b"a", site_id=site, subject_id=one)
    b = await store(session, b"b", site_id=site, subject_id=two)
    facts = {"code": "1", "parameters": {"mm": 1.5}, "subjects": []}
    shas = [a.plain_sha256, b.plain_sha256]
    first = await record_run(session, kind="resample", inputs=shas[:1], outputs=["c" * 64], **facts)
    again = await record_run(session, kind="resample", inputs=shas[:1], outputs=["c" * 64], **facts)
    both = ["c" * 64, shas[1]]
    await record_run(session, kind="train", inputs=both, outputs=["d" * 64], **facts)
    assert first.id == again.id
    assert [t.kind for t in await touched_by(session, one)] == ["resample", "train"]
    assert [t.kind for t in await touched_by(session, two)] == ["train"]
    assert await subjects_of(session, "d" * 64) == sorted([one, two])
    assert await subjects_of(session, "c" * 64) == [one]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.binary(min_size=32, max_size=32), under=st.binary(min_size=32, max_size=32))
def test_a_wrapped_key_opens_for_its_owner_alone(key: bytes, under: bytes) -> None:
    sealed = vault.wrap(key, under, owner="subject:1")
    assert vault.unwrap(sealed, under, owner="subject:1") == key
    with pytest.raises(vault.KeyDoesNotFitError):
        vault.unwrap(sealed, under, owner="subject:2")


def test_the_platforms_key_lies_in_a_folder_that_nobody_else_enters(open_vault, tmp_path) -> None:
    keys = tmp_path / "data" / "keys"
    assert keys.stat().st_mode & 0o777 == 0o700
    assert (keys / vault.STORAGE_KEY).stat().st_mode & 0o777 == 0o600
