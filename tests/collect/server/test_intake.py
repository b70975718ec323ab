"""DICOM into a batch: stored or in quarantine, never lost."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.event import listen
from tests.collect.conftest import ct_slice, permit, subject

from renkei.collect.server.batch import BatchClosedError, NoSuchBatchError, close_batch
from renkei.collect.server.count import count_batch
from renkei.collect.server.intake import SeriesReceived, take_dicom, take_dicoms
from renkei.collect.server.tables import FileState, Quarantine
from renkei.proof import digest
from renkei.server.actor import Actor, Role
from renkei.server.audit import AuditRow
from renkei.server.events import EventRow
from renkei.server.lineage import subjects_of
from renkei.server.storage import StoredObject, load
from renkei.subjects.server.files import series_files
from renkei.subjects.server.tables import Instance, Rendition, Series, Study, Subject


async def test_a_slice_becomes_facts_bytes_and_a_trace(session, sending, opened):
    data = ct_slice(number=7)
    sending.add(data)
    batch = (await opened(sending)).batch

    taken = await take_dicom(session, batch_id=batch.id, data=data)

    assert taken.state is FileState.STORED
    row = (await session.scalars(select(Series))).one()
    assert (row.modality, row.body_part, row.kernel, row.thickness_mm, row.instances) == (
        "CT", "ABDOMEN", "Br38f", 3.0, 1,
    )  # fmt: skip
    study = (await session.scalars(select(Study))).one()
    assert str(study.date) == "2024-02-19"
    rendition = (await session.scalars(select(Rendition))).one()
    assert rendition.sha256 == digest(data)
    assert await load(session, rendition.object_id) == data
    assert await subjects_of(session, digest(data)) == [row.subject_id]
    actions = await session.scalars(select(AuditRow.action).order_by(AuditRow.id))
    assert list(actions)[-2:] == ["collect.open", "collect.take"]


async def test_the_same_file_twice_is_stored_once(session, sending, opened):
    data = ct_slice()
    sending.add(data)
    batch = (await opened(sending)).batch
    first = await take_dicom(session, batch_id=batch.id, data=data)
    second = await take_dicom(session, batch_id=batch.id, data=data)
    assert first == second
    assert await session.scalar(select(func.count()).select_from(Rendition)) == 1
    assert await session.scalar(select(func.count()).select_from(StoredObject)) == 1


async def test_a_group_is_answered_in_its_order_and_counts_close(session, sending, opened):
    files = [ct_slice(number=n, fill=n) for n in (3, 1, 2)]
    for data in files:
        sending.add(data)
    stranger = ct_slice(number=9, fill=9)
    batch = (await opened(sending)).batch
    taken = await take_dicoms(session, batch_id=batch.id, files=[*files, stranger])
    assert [t.reason for t in taken] == [None, None, None, "not_in_manifest"]
    counts = await close_batch(session, batch_id=batch.id)
    assert (counts.sent, counts.stored, counts.quarantined, counts.missing) == (
        4, 3, {"not_in_manifest": 1}, 0,
    )  # fmt: skip
    series = (await session.scalars(select(Series))).one()
    assert series.instances == 3
    # In the order of the instance numbers, not of arrival.
    assert await series_files(session, series.id) == [files[1], files[2], files[0]]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda data: b"", "empty_file"),
        (lambda data: data[: len(data) // 2], "truncated"),
        (lambda data: data[:-10], "truncated"),
        (lambda data: b"\x89PNG\r\n\x1a\n" + b"\0" * 400, "not_dicom"),
        (lambda data: b"PK\x03\x04" + b"\0" * 400, "not_dicom"),
        (lambda data: ct_slice(Rows=0), "no_pixels"),
    ],
)
async def test_a_file_that_cannot_be_read_is_kept_with_its_reason(
    session, sending, opened, make, reason
):
    bad = make(ct_slice())
    good = ct_slice(number=2)
    sending.add(bad)
    sending.add(good)
    batch = (await opened(sending)).batch
    taken = await take_dicoms(session, batch_id=batch.id, files=[bad, good])
    assert taken[0].state is FileState.QUARANTINED
    assert taken[1].state is FileState.STORED
    held = (await session.scalars(select(Quarantine))).one()
    assert held.reason == taken[0].reason
    assert await load(session, held.object_id) == bad
    assert taken[0].reason in {reason, "undecodable", "not_dicom"}
    counts = await count_batch(session, batch_id=batch.id)
    assert counts.sent == counts.stored + sum(counts.quarantined.values()) == 2


async def test_a_subject_without_consent_is_not_even_written_down(session, sending, opened):
    sending.subjects = [subject(consent=False)]
    data = ct_slice()
    sending.add(data)
    batch = (await opened(sending)).batch
    taken = await take_dicom(session, batch_id=batch.id, data=data)
    assert taken.reason == "no_consent"
    assert await session.scalar(select(func.count()).select_from(Subject)) == 0
    assert await session.scalar(select(func.count()).select_from(Instance)) == 0


async def test_an_expired_approval_refuses(session, site_a, sending):
    await permit(session, site_a.id, days=-1)
    from renkei.collect.server.batch import open_batch

    data = ct_slice()
    sending.add(data)
    batch = (await open_batch(session, manifest=sending.manifest())).batch
    assert (await take_dicom(session, batch_id=batch.id, data=data)).reason == "approval_expired"


async def test_a_file_of_somebody_else_is_an_unknown_subject(session, sending, opened):
    data = ct_slice("P2")
    sending.add(data, subject="P1")
    batch = (await opened(sending)).batch
    assert (await take_dicom(session, batch_id=batch.id, data=data)).reason == "unknown_subject"


async def test_consent_to_other_data_types_refuses(session, sending, opened):
    sending.subjects = [subject(data_types=["clinical"])]
    data = ct_slice()
    sending.add(data)
    batch = (await opened(sending)).batch
    taken = await take_dicom(session, batch_id=batch.id, data=data)
    assert taken.reason == "consent_data_type"


async def test_other_bytes_under_the_same_uid_are_a_conflict(session, sending, opened):
    first, second = ct_slice(sop="2.25.5", fill=1), ct_slice(sop="2.25.5", fill=2)
    sending.add(first)
    sending.add(second)
    batch = (await opened(sending)).batch
    taken = await take_dicoms(session, batch_id=batch.id, files=[first, second])
    assert sorted(str(t.reason) for t in taken) == ["None", "conflict"]
    assert await session.scalar(select(func.count()).select_from(Rendition)) == 1


async def test_another_subjects_series_is_a_conflict_and_leaves_no_rows(session, sending, opened):
    sending.subjects = [subject("P1"), subject("P2")]
    first = ct_slice("P1", study="2.25.10", series="2.25.11")
    second = ct_slice("P2", study="2.25.20", series="2.25.11")
    sending.add(first, subject="P1")
    sending.add(second, subject="P2")
    batch = (await opened(sending)).batch
    taken = await take_dicoms(session, batch_id=batch.id, files=[first, second])
    assert [t.reason for t in taken] == [None, "conflict"]
    assert await session.scalar(select(func.count()).select_from(Study)) == 1


async def test_a_damaged_file_is_held_and_the_right_one_still_taken(session, sending, opened):
    good = ct_slice(sop="2.25.5", fill=1)
    damaged = ct_slice(sop="2.25.5", fill=2)
    sending.add(good, sop_uid="2.25.5")
    batch = (await opened(sending)).batch
    assert (await take_dicom(session, batch_id=batch.id, data=damaged)).reason == "hash_mismatch"
    assert (await opened(sending)).missing == [1]
    assert (await take_dicom(session, batch_id=batch.id, data=good)).state is FileState.STORED
    counts = await close_batch(session, batch_id=batch.id)
    assert (counts.sent, counts.stored, counts.quarantined) == (1, 1, {})


async def test_a_closed_batch_takes_nothing_and_announced_each_series_once(
    session, sending, opened
):
    files = [ct_slice(number=n) for n in (1, 2)]
    for data in files:
        sending.add(data)
    batch = (await opened(sending)).batch
    await take_dicom(session, batch_id=batch.id, data=files[0])
    first = await close_batch(session, batch_id=batch.id)
    assert first.quarantined == {"missing": 1}
    assert await close_batch(session, batch_id=batch.id) == first
    with pytest.raises(BatchClosedError):
        await take_dicom(session, batch_id=batch.id, data=files[1])
    names = list(await session.scalars(select(EventRow.name)))
    assert names.count(SeriesReceived.__name__) == 1
    assert names.count("BatchClosed") == 1


async def test_another_hospital_does_not_find_the_batch(session, sending, opened, site_b, as_actor):
    data = ct_slice()
    sending.add(data)
    batch = (await opened(sending)).batch
    b = Actor("b", Role.HOSPITAL, site_b.id, site_b.id)
    with as_actor(session, b), pytest.raises(NoSuchBatchError):
        await take_dicom(session, batch_id=batch.id, data=data)
    assert await session.scalar(select(func.count()).select_from(Rendition)) == 0


async def test_of_two_files_of_one_instance_in_a_request_one_stands(session, sending, opened):
    files = [ct_slice(sop="2.25.77", fill=1), ct_slice(sop="2.25.77", fill=2), ct_slice(number=5)]
    for data in files:
        sending.add(data)
    batch = (await opened(sending)).batch
    taken = await take_dicoms(session, batch_id=batch.id, files=[*files, files[2]])
    assert sorted(t.reason or "stored" for t in taken[:2]) == ["conflict", "stored"]
    assert [t.state for t in taken[2:]] == [FileState.STORED] * 2
    assert await session.scalar(select(func.count()).select_from(Rendition)) == 2
    counts = await close_batch(session, batch_id=batch.id)
    assert (counts.sent, counts.stored, counts.quarantined) == (3, 2, {"conflict": 1})


async def test_a_group_costs_no_statement_per_file(session, connection, sending, opened):
    files = [ct_slice(number=n, fill=n) for n in range(1, 41)]
    for data in files:
        sending.add(data)
    batch = (await opened(sending)).batch
    statements = []
    listen(connection.sync_connection, "before_cursor_execute", lambda *a: statements.append(a[2]))
    await take_dicoms(session, batch_id=batch.id, files=files)
    await session.flush()
    assert 0 < len(statements) < len(files)
