"""Recalls: look, act, gather, certify."""

import pytest
from sqlalchemy import func, select
from tests.collect.conftest import TODAY, Sending, ct_slice, permit, subject

from renkei.collect.server.batch import close_batch, open_batch
from renkei.collect.server.intake import take_dicom
from renkei.collect.server.tables import Quarantine
from renkei.collect.server.upload import take_upload
from renkei.consent.allow import Reason, Use
from renkei.consent.folders import RECALL_FOLDERS
from renkei.consent.server.allow import allow, allow_many
from renkei.consent.server.certify import KIND, recall_key
from renkei.consent.server.recall import (
    AlreadyRecalledError,
    NoSuchSubjectError,
    NotAFolderError,
    SubjectRecalled,
    preview_recall,
    recall_subject,
    report_effect,
    waiting_folders,
)
from renkei.consent.server.tables import RecallKind, RecallState
from renkei.proof.certificate import open_certificate
from renkei.server.actor import Actor, Role
from renkei.server.events import EventRow
from renkei.server.storage import ObjectErasedError, StoredObject, load
from renkei.subjects.server.files import series_files
from renkei.subjects.server.tables import Record, Series, Study, Subject

TABLE = b"id,stage\nP1,IV\nP2,II\n"


@pytest.fixture(autouse=True)
def data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("RENKEI_DATA", str(tmp_path / "data"))


@pytest.fixture
async def batch_id(session, site_a):
    """Send a slice and a table of two subjects, and a damaged slice of the first."""
    await permit(session, site_a.id)
    sending = Sending(site_a.id, subjects=[subject("P1"), subject("P2")])
    scan = ct_slice("P1")
    damaged = ct_slice("P1", number=2)[:-20]
    sending.add(scan)
    n = sending.add(TABLE, "table", subject=None)
    sending.add(damaged)
    batch = (await open_batch(session, manifest=sending.manifest())).batch
    await take_dicom(session, batch_id=batch.id, data=scan)
    await take_upload(session, batch_id=batch.id, n=n, data=TABLE)
    await take_dicom(session, batch_id=batch.id, data=damaged)
    return batch.id


@pytest.fixture
async def first(session, batch_id):
    return (await session.scalars(select(Subject).where(Subject.pseudonym == "P1"))).one()


async def withdraw(session, subject_id):
    return await recall_subject(
        session, subject_id=subject_id, kind=RecallKind.WITHDRAWAL, reason="asked in person"
    )


async def test_a_preview_counts_by_folder_and_changes_nothing(session, first):
    found = await preview_recall(session, subject_id=first.id)
    assert found["subjects"]["series"] == 1
    assert found["subjects"]["records"] == 1
    assert found["storage"] == {"objects": 2}
    assert found["collect"] == {"take": 2}
    assert first.withdrawn_at is None
    assert await preview_recall(session, subject_id=first.id) == found


async def test_after_a_recall_nothing_of_the_subject_can_be_read(session, first):
    series_id, subject_id = await session.scalar(select(Series.id)), first.id
    recall = await withdraw(session, subject_id)
    recall_id, state = recall.id, recall.state
    session.expire_all()
    with pytest.raises(ObjectErasedError):
        await series_files(session, series_id)
    readable = await session.scalars(
        select(StoredObject.subject_id).where(StoredObject.erased_at.is_(None)).distinct()
    )
    assert subject_id not in set(readable)
    row = (await session.scalars(select(Subject).where(Subject.id == subject_id))).one()
    assert row.withdrawn_at is not None
    assert (row.sex, row.age, row.year) == (None, None, None)
    assert (await session.scalars(select(Study.date))).one() is None
    kept = await session.scalars(select(Record.data).where(Record.subject_id == subject_id))
    assert list(kept) == [None]
    assert state is RecallState.ACTING
    events = await session.scalars(
        select(EventRow.body).where(EventRow.name == SubjectRecalled.__name__)
    )
    assert list(events) == [{"recall_id": str(recall_id), "subject_id": str(subject_id)}]


async def test_the_other_subject_of_the_same_table_keeps_its_share(session, first):
    await withdraw(session, first.id)
    session.expire_all()
    rows = await session.scalars(
        select(Record.object_id)
        .join(Subject, Subject.id == Record.subject_id)
        .where(Subject.pseudonym == "P2")
    )
    assert b"P2,II" in await load(session, rows.one())


async def test_no_use_is_allowed_afterwards(session, first):
    for use in Use:
        before = await allow(session, subject_id=first.id, use=use, at=TODAY, data_type="image")
        assert before.allowed, before.reasons
    await withdraw(session, first.id)
    answers = await allow_many(session, subject_ids=[first.id], use=Use.FREEZE, at=TODAY)
    assert Reason.WITHDRAWN in answers[first.id].reasons


async def test_a_later_file_of_the_subject_is_held(session, first, site_a):
    await withdraw(session, first.id)
    later = Sending(site_a.id)
    data = ct_slice("P1", number=5)
    later.add(data)
    batch = (await open_batch(session, manifest=later.manifest())).batch
    assert (await take_dicom(session, batch_id=batch.id, data=data)).reason == "withdrawn"


async def test_intake_erases_what_it_holds_of_the_subject_and_reports(
    session, first, batch_id, run_jobs
):
    held = (await session.scalars(select(Quarantine.object_id))).one()
    recall_id = (await withdraw(session, first.id)).id
    await session.commit()
    await run_jobs()
    session.expire_all()
    with pytest.raises(ObjectErasedError):
        await load(session, held)
    assert "collect" not in await waiting_folders(session, recall_id=recall_id)
    counts = await close_batch(session, batch_id=batch_id)
    assert counts.sent == counts.stored + sum(counts.quarantined.values()) == 3


async def test_the_certificate_comes_with_the_last_report_and_can_be_checked(session, first):
    recall = await withdraw(session, first.id)
    for folder in RECALL_FOLDERS[1:]:
        assert recall.certificate is None
        await report_effect(
            session, recall_id=recall.id, folder=folder, what="rows_erased", count=2
        )
    assert recall.state is RecallState.CERTIFIED
    statement = open_certificate(str(recall.certificate), [recall_key().verifier], kind=KIND)
    assert statement["subject"] == str(first.id)
    assert {e["folder"] for e in statement["effects"]} == set(RECALL_FOLDERS)
    assert statement["found"]["subjects"]["series"] == 1


async def test_a_report_twice_counts_once(session, first):
    recall = await withdraw(session, first.id)
    for count in (3, 9):
        await report_effect(
            session, recall_id=recall.id, folder="train", what="models_marked", count=count
        )
    for folder in RECALL_FOLDERS[1:]:
        await report_effect(session, recall_id=recall.id, folder=folder, what="x", count=0)
    statement = open_certificate(str(recall.certificate), [recall_key().verifier], kind=KIND)
    counts = [e["count"] for e in statement["effects"] if e["what"] == "models_marked"]
    assert counts == [3]


async def test_an_unknown_folder_cannot_report(session, first):
    recall = await withdraw(session, first.id)
    with pytest.raises(NotAFolderError):
        await report_effect(session, recall_id=recall.id, folder="nowhere", what="x", count=1)


async def test_a_second_recall_is_refused(session, first):
    await withdraw(session, first.id)
    with pytest.raises(AlreadyRecalledError):
        await withdraw(session, first.id)


async def test_a_hospital_recalls_its_own_and_does_not_find_anothers(
    session, first, site_a, site_b, as_actor
):
    b = Actor("b", Role.HOSPITAL, site_b.id, site_b.id)
    with as_actor(session, b), pytest.raises(NoSuchSubjectError):
        await withdraw(session, first.id)
    a = Actor("a", Role.HOSPITAL, site_a.id, site_a.id)
    with as_actor(session, a):
        found = await preview_recall(session, subject_id=first.id)
        assert found["collect"] == {"take": 2}
        await withdraw(session, first.id)
    erased = await session.scalar(
        select(func.count()).select_from(StoredObject).where(StoredObject.erased_at.is_not(None))
    )
    assert erased == 2
