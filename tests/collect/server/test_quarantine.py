"""What a person does with a held file: repair, release, reject, and see a conflict."""

import io

import pydicom
import pytest
from pydicom.uid import ImplicitVRLittleEndian, JPEGLSLossless
from sqlalchemy import func, select
from tests.collect.conftest import ct_slice, permit, subject

from renkei.collect.quarantine import (
    TRANSITIONS,
    AlreadyDecidedError,
    HeldAct,
    HeldState,
    RepairKind,
    after,
)
from renkei.collect.repairs import NotRepairableError, add_meta
from renkei.collect.server.batch import close_batch, open_batch
from renkei.collect.server.count import count_batch
from renkei.collect.server.held import NoSuchHeldError, reject_held, repair_held
from renkei.collect.server.intake import take_dicom, take_dicoms
from renkei.collect.server.release import StillRefusedError, release_held
from renkei.collect.server.tables import BatchFile, FileState, Quarantine, Repair
from renkei.collect.server.upload import take_upload
from renkei.consent.server.recall import recall_subject
from renkei.consent.server.tables import RecallKind
from renkei.proof import digest
from renkei.server.actor import Actor, Role
from renkei.server.audit import AuditRow
from renkei.server.events import EventRow
from renkei.server.lineage import subjects_of, touched_by
from renkei.server.storage import ObjectErasedError, load
from renkei.subjects.server.files import series_files
from renkei.subjects.server.tables import Instance, Record, Rendition, Series, Subject

WHY = "Checked with the ward."


def again(data: bytes, syntax: str = "", **change) -> bytes:
    """Return a file written anew, in another encoding or with another header."""
    dataset = pydicom.dcmread(io.BytesIO(data))
    for keyword, value in change.items():
        setattr(dataset, keyword, value)
    if syntax:
        pixels = dataset.pixel_array
        if syntax == JPEGLSLossless:
            dataset.compress(JPEGLSLossless, pixels, generate_instance_uid=False)
        else:
            dataset.file_meta.TransferSyntaxUID = syntax
    out = io.BytesIO()
    # Written by another program: the same image in other bytes.
    dataset.file_meta.ImplementationVersionName = "OTHER"
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


async def only_held(session) -> Quarantine:
    return (await session.scalars(select(Quarantine))).one()


@pytest.fixture
async def stranger(session, sending, opened):
    """Hold one slice that the manifest does not name, of a subject whom it names."""
    known, data = ct_slice(number=1), ct_slice(number=2)
    sending.add(known)
    batch = (await opened(sending)).batch
    await take_dicoms(session, batch_id=batch.id, files=[known, data])
    return await only_held(session), batch, data


async def test_a_released_file_is_a_fact_with_a_trace(session, stranger):
    held, batch, data = stranger
    at_first = held.object_id

    await release_held(session, held_id=held.id, why=WHY)

    assert (held.state, held.why) == (HeldState.RELEASED, WHY)
    rendition = (
        await session.scalars(select(Rendition).where(Rendition.sha256 == digest(data)))
    ).one()
    assert await load(session, rendition.object_id) == data
    assert await subjects_of(session, digest(data)) == [rendition.subject_id]
    runs = [one.kind for one in await touched_by(session, rendition.subject_id)]
    assert "collect.release" in runs
    audit = (
        await session.scalars(select(AuditRow).where(AuditRow.action == "collect.release"))
    ).one()
    assert audit.why == WHY
    # The copy under the batch's key is gone: a recall of the subject must not miss it.
    with pytest.raises(ObjectErasedError):
        await load(session, at_first)
    counts = await close_batch(session, batch_id=batch.id)
    assert (counts.sent, counts.stored, counts.quarantined) == (2, 2, {})
    assert (await session.scalars(select(Series))).one().instances == 2


async def test_releasing_twice_is_releasing_once_and_nothing_follows_it(session, stranger):
    held, _, _ = stranger
    for _ in range(2):
        await release_held(session, held_id=held.id, why=WHY)
    audits = select(func.count()).where(AuditRow.action == "collect.release")
    assert await session.scalar(audits) == 1
    assert await session.scalar(select(func.count()).select_from(Rendition)) == 2
    with pytest.raises(AlreadyDecidedError):
        await reject_held(session, held_id=held.id, why=WHY)
    with pytest.raises(AlreadyDecidedError):
        await repair_held(session, held_id=held.id, kind=RepairKind.META, why=WHY)


async def test_a_rejected_file_is_erased_and_still_counted(session, stranger):
    held, batch, _ = stranger
    for _ in range(2):
        await reject_held(session, held_id=held.id, why=WHY)
    assert held.state is HeldState.REJECTED
    with pytest.raises(ObjectErasedError):
        await load(session, held.object_id)
    counts = await count_batch(session, batch_id=batch.id)
    assert (counts.sent, counts.stored, counts.quarantined) == (2, 1, {"not_in_manifest": 1})
    with pytest.raises(AlreadyDecidedError):
        await release_held(session, held_id=held.id, why=WHY)


async def test_another_hospital_learns_nothing(session, stranger, site_b, as_actor):
    held, _, _ = stranger
    for act in (release_held, reject_held):
        with (
            as_actor(session, Actor("b", Role.HOSPITAL, site_b.id, site_b.id)),
            pytest.raises(NoSuchHeldError),
        ):
            await act(session, held_id=held.id, why=WHY)
    assert held.state is HeldState.HELD


async def test_another_hospital_finds_nothing_held_by_http(
    session, stranger, client_for, site_a, site_b
):
    held, _, data = stranger
    await session.commit()
    path = f"/api/v1/collect/quarantine/{held.id}"
    other = await client_for(Role.HOSPITAL, site=site_b)
    repair = {"kind": "subject", "why": WHY, "pseudonym": "P1"}
    answers = [
        await other.get(path),
        await other.post(f"{path}/release", json={"why": WHY}),
        await other.post(f"{path}/reject", json={"why": WHY}),
        await other.post(f"{path}/repair", json=repair),
        await other.put(f"{path}/file", content=data),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert {answer.json()["title"] for answer in answers} == {"no_such_held"}
    assert (await other.get("/api/v1/collect/quarantine")).json()["total"] == 0
    session.expire_all()
    assert (await only_held(session)).state is HeldState.HELD
    own = await client_for(Role.HOSPITAL, site=site_a)
    assert (await own.get(path)).status_code == 200


async def test_nobody_overrules_consent(session, sending, opened):
    data = ct_slice()
    sending.subjects = [subject(consent=False)]
    sending.add(data)
    batch = (await opened(sending)).batch
    await take_dicom(session, batch_id=batch.id, data=data)
    held = await only_held(session)
    with pytest.raises(StillRefusedError) as refused:
        await release_held(session, held_id=held.id, why=WHY)
    assert refused.value.facts == {"reason": "unknown_subject"}
    assert held.state is HeldState.HELD
    # The consent comes with a later batch: now it may be taken after all.
    sending.subjects = [subject()]
    await open_batch(session, manifest=sending.manifest())
    await release_held(session, held_id=held.id, why=WHY)
    row = (await session.scalars(select(BatchFile).where(BatchFile.batch_id == batch.id))).one()
    assert (row.state, row.sha256) == (FileState.STORED, digest(data))


async def test_an_expired_approval_is_not_overruled(session, site_a, sending):
    await permit(session, site_a.id, days=-1)
    data = ct_slice()
    sending.add(data)
    batch = (await open_batch(session, manifest=sending.manifest())).batch
    await take_dicom(session, batch_id=batch.id, data=data)
    with pytest.raises(StillRefusedError) as refused:
        await release_held(session, held_id=(await only_held(session)).id, why=WHY)
    assert refused.value.facts == {"reason": "approval_expired"}


async def test_a_wrong_pseudonym_is_repaired_and_both_hashes_are_kept(session, sending, opened):
    wrong = ct_slice("P7")
    sending.add(wrong)
    batch = (await opened(sending)).batch
    await take_dicom(session, batch_id=batch.id, data=wrong)
    held = await only_held(session)
    assert held.reason == "unknown_subject"
    with pytest.raises(StillRefusedError):
        await release_held(session, held_id=held.id, why=WHY)
    with pytest.raises(NotRepairableError):
        await repair_held(
            session, held_id=held.id, kind=RepairKind.SUBJECT, why=WHY, pseudonym="P99"
        )

    await repair_held(session, held_id=held.id, kind=RepairKind.SUBJECT, why=WHY, pseudonym="P1")

    assert held.state is HeldState.REPAIRED
    repaired = await load(session, held.object_id)
    assert pydicom.dcmread(io.BytesIO(repaired)).PatientID == "P1"
    repair = (await session.scalars(select(Repair))).one()
    assert (repair.before_sha256, repair.after_sha256) == (digest(wrong), digest(repaired))
    await release_held(session, held_id=held.id, why=WHY)
    person = (await session.scalars(select(Subject))).one()
    for sha256 in (digest(wrong), digest(repaired)):
        assert await subjects_of(session, sha256) == [person.id]
    with pytest.raises(ObjectErasedError):
        await load(session, repair.before_id)
    counts = await close_batch(session, batch_id=batch.id)
    assert (counts.sent, counts.stored) == (1, 1)


def bare(data: bytes, *, implicit: bool) -> bytes:
    """Return a file's data set without preamble and file meta."""
    dataset = pydicom.dcmread(io.BytesIO(data))
    out = io.BytesIO()
    pydicom.dcmwrite(out, pydicom.Dataset(dataset), implicit_vr=implicit, little_endian=True)
    return out.getvalue()


@pytest.mark.parametrize("implicit", [True, False])
async def test_a_missing_file_meta_is_repaired(session, sending, opened, implicit):
    data = bare(ct_slice(), implicit=implicit)
    sending.add(data)
    batch = (await opened(sending)).batch
    taken = await take_dicom(session, batch_id=batch.id, data=data)
    assert taken.reason == "not_dicom"
    held = await only_held(session)
    await repair_held(session, held_id=held.id, kind=RepairKind.META, why=WHY)
    await release_held(session, held_id=held.id, why=WHY)
    assert (await session.scalars(select(Series))).one().modality == "CT"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04" + bytes(400), ct_slice(), bytes(5000)])
def test_what_is_no_bare_data_set_is_not_repaired(data):
    with pytest.raises(NotRepairableError):
        add_meta(data)


async def test_a_file_sent_again_is_a_repair(session, sending, opened):
    data = ct_slice()
    sending.add(data[: len(data) // 2])
    batch = (await opened(sending)).batch
    await take_dicom(session, batch_id=batch.id, data=data[: len(data) // 2])
    held = await only_held(session)
    for _ in range(2):  # the connection broke after the first time
        await repair_held(session, held_id=held.id, kind=RepairKind.RESEND, why=WHY, data=data)
    assert await session.scalar(select(func.count()).select_from(Repair)) == 1
    await release_held(session, held_id=held.id, why=WHY)
    assert await session.scalar(select(func.count()).select_from(Instance)) == 1


async def test_an_upload_under_the_wrong_subject_is_released(session, sending, opened):
    text = b"No lesion seen."
    sending.add(text, "report", subject=None)
    batch = (await opened(sending)).batch
    await take_upload(session, batch_id=batch.id, n=1, data=text)
    held = await only_held(session)
    await repair_held(session, held_id=held.id, kind=RepairKind.SUBJECT, why=WHY, pseudonym="P1")
    await release_held(session, held_id=held.id, why=WHY)
    assert (await session.scalars(select(Record))).one().sha256 == digest(text)
    counts = await close_batch(session, batch_id=batch.id)
    assert (counts.sent, counts.stored) == (1, 1)


async def test_a_share_of_a_table_is_released_when_the_consent_came(session, sending, opened):
    table = b"subject,value\nP1,1\nP2,2\n"
    sending.subjects = [subject("P1"), subject("P2", consent=False)]
    sending.add(table, "table", subject=None)
    batch = (await opened(sending)).batch
    await take_upload(session, batch_id=batch.id, n=1, data=table)
    held = await only_held(session)
    assert held.part
    with pytest.raises(StillRefusedError):
        await release_held(session, held_id=held.id, why=WHY)
    sending.subjects = [subject("P1"), subject("P2")]
    await open_batch(session, manifest=sending.manifest())
    await release_held(session, held_id=held.id, why=WHY)
    row = (await session.scalars(select(BatchFile).where(BatchFile.batch_id == batch.id))).one()
    assert (row.parts, row.parts_refused, row.subject_id) == (2, 0, None)
    assert (await count_batch(session, batch_id=batch.id)).parts_refused == {}
    assert await session.scalar(select(func.count()).select_from(Record)) == 2


async def test_a_recall_erases_what_is_held_with_what_it_was_before(
    session, sending, opened, run_jobs
):
    wrong = ct_slice("P7")
    good = ct_slice(number=2)
    sending.add(wrong)
    sending.add(good)
    batch = (await opened(sending)).batch
    await take_dicoms(session, batch_id=batch.id, files=[wrong, good])
    held = await only_held(session)
    await repair_held(session, held_id=held.id, kind=RepairKind.SUBJECT, why=WHY, pseudonym="P1")
    before = await session.scalar(select(Repair.before_id))
    person = (await session.scalars(select(Subject))).one()
    await recall_subject(session, subject_id=person.id, kind=RecallKind.WITHDRAWAL, reason="asked")
    await session.commit()
    await run_jobs()
    session.expire_all()
    held = await only_held(session)
    assert held.state is HeldState.ERASED
    for object_id in (held.object_id, before):
        with pytest.raises(ObjectErasedError):
            await load(session, object_id)
    with pytest.raises(AlreadyDecidedError):
        await release_held(session, held_id=held.id, why=WHY)


@pytest.mark.parametrize("syntax", ["", ImplicitVRLittleEndian, JPEGLSLossless])
async def test_the_same_image_in_other_bytes_is_no_conflict(session, sending, opened, syntax):
    data = ct_slice()
    other = again(data, syntax)
    assert other != data
    sending.add(data)
    sending.add(other)
    batch = (await opened(sending)).batch
    taken = await take_dicoms(session, batch_id=batch.id, files=[data, other])
    assert [one.state for one in taken] == [FileState.STORED, FileState.STORED]
    assert await session.scalar(select(func.count()).select_from(Instance)) == 1
    assert (await session.scalars(select(Series))).one().instances == 1


@pytest.mark.parametrize("syntax", ["", JPEGLSLossless])
@pytest.mark.parametrize(
    "change",
    [
        {"RescaleIntercept": -1000},
        {"ImageOrientationPatient": [-1, 0, 0, 0, 1, 0]},
        {"Laterality": "L"},
        {"SliceThickness": 5},
    ],
)
async def test_another_meaning_of_equal_pixels_is_a_conflict(
    session, sending, opened, change, syntax
):
    data = ct_slice()
    other = again(data, syntax, **change)
    sending.add(data)
    sending.add(other)
    batch = (await opened(sending)).batch
    taken = await take_dicoms(session, batch_id=batch.id, files=[data, other])
    assert sorted(str(one.reason) for one in taken) == ["None", "conflict"]


async def test_a_conflict_is_shown_side_by_side_and_a_person_decides(
    session, sending, opened, client_for, site_a
):
    before, now = ct_slice(fill=1), ct_slice(fill=2, SliceThickness=5)
    sending.add(before)
    sending.add(now)
    batch = (await opened(sending)).batch
    await take_dicom(session, batch_id=batch.id, data=before)
    assert (await take_dicom(session, batch_id=batch.id, data=now)).reason == "conflict"
    held = await only_held(session)
    await session.commit()
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    answer = await hospital.get(f"/api/v1/collect/quarantine/{held.id}")
    assert answer.status_code == 200, answer.text
    conflict = answer.json()["conflict"]
    assert conflict["pixels_equal"] is False
    assert conflict["differences"] == [
        {"element": "SliceThickness", "on_record": "3.0", "came": "5.0", "relevant": True}
    ]
    done = await hospital.post(f"/api/v1/collect/quarantine/{held.id}/release", json={"why": WHY})
    assert done.status_code == 200, done.text
    assert done.json()["state"] == "released"
    series = (await session.scalars(select(Series))).one()
    # Both copies are kept; the one that a person chose is the one that is read.
    assert await series_files(session, series.id) == [now]
    assert await session.scalar(select(func.count()).select_from(Rendition)) == 2


async def test_the_bytes_sent_again_by_http(session, sending, opened, client_for, site_a, site_b):
    data = ct_slice()
    sending.add(data[:-40])
    batch = (await opened(sending)).batch
    await take_dicom(session, batch_id=batch.id, data=data[:-40])
    held = await only_held(session)
    await session.commit()
    path = f"/api/v1/collect/quarantine/{held.id}"
    stranger = await client_for(Role.HOSPITAL, site=site_b)
    assert (await stranger.put(f"{path}/file", content=data)).status_code == 404
    curator = await client_for(Role.CURATOR)
    assert (await curator.post(f"{path}/reject", json={"why": WHY})).status_code == 403
    hospital = await client_for(Role.HOSPITAL, site=site_a)
    shown = (await hospital.get(path)).json()
    assert (shown["unreadable"], shown["acts"]) == ("truncated", ["repair", "release", "reject"])
    answer = await hospital.put(f"{path}/file", content=data)
    assert (answer.status_code, answer.json()["state"]) == (200, "repaired")
    shown = (await hospital.get(path)).json()
    assert (shown["unreadable"], shown["said"]["patient_id"]) == (None, "P1")
    done = await hospital.post(f"{path}/release", json={"why": WHY})
    assert done.json()["state"] == "released"
    events = select(func.count()).where(EventRow.name == "SeriesReceived")
    assert await session.scalar(events) == 0  # the batch is open: its close announces the series


def test_the_table_ends_in_states_without_acts():
    assert set(TRANSITIONS) == set(HeldState)
    for state in (HeldState.RELEASED, HeldState.ERASED):
        for act in HeldAct:
            with pytest.raises(AlreadyDecidedError):
                after(state, act)
