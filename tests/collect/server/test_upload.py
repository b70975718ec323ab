"""Everything that is not DICOM: parted by subject, summarised without content."""

import gzip
import json
import mmap
from pathlib import Path

import pytest
from sqlalchemy import func, select
from tests.collect.conftest import BOMB, subject

from renkei.collect.server import uploads
from renkei.collect.server.batch import close_batch
from renkei.collect.server.count import count_batch
from renkei.collect.server.tables import BatchFile, FileState, Quarantine
from renkei.collect.server.upload import NoSuchBatchFileError, take_upload
from renkei.server import storage
from renkei.server.events import EventRow
from renkei.server.storage import ObjectErasedError, load
from renkei.subjects.server.files import record_file, series_files, slide_file
from renkei.subjects.server.tables import Record, RecordKind, Series, Slide, Source, Subject

SAMPLES = Path(__file__).parents[3] / "samples"
TABLE = "患者,age,note\nP1,061,髙橋\nP2,007,①\nP1,062,\n".encode("cp932")


async def test_a_table_is_parted_by_subject_and_cells_stay_text(session, sending, opened):
    sending.subjects = [subject("P1"), subject("P2")]
    n = sending.add(TABLE, "table", subject=None)
    batch = (await opened(sending)).batch
    taken = await take_upload(session, batch_id=batch.id, n=n, data=TABLE)
    assert taken.state is FileState.STORED, taken.reason
    rows = list(
        await session.scalars(
            select(Record)
            .join(Subject, Subject.id == Record.subject_id)
            .order_by(Subject.pseudonym)
        )
    )
    assert [r.data["rows"] for r in rows] == [2, 1]
    content = (await record_file(session, rows[1].id)).decode()
    assert content == "患者,age,note\nP2,007,①\n"


async def test_the_share_of_a_subject_without_consent_is_held_and_counted(session, sending, opened):
    sending.subjects = [subject("P1"), subject("P2", consent=False)]
    n = sending.add(TABLE, "table", subject=None)
    batch = (await opened(sending)).batch
    await take_upload(session, batch_id=batch.id, n=n, data=TABLE)
    counts = await count_batch(session, batch_id=batch.id)
    assert (counts.sent, counts.stored, counts.quarantined) == (1, 1, {})
    assert counts.parts_refused == {"no_consent": 1}
    held = (await session.scalars(select(Quarantine))).one()
    assert b"007" in await load(session, held.object_id)
    assert await session.scalar(select(func.count()).select_from(Record)) == 1


async def test_the_original_of_several_subjects_goes_when_the_batch_is_closed(
    session, sending, opened
):
    sending.subjects = [subject("P1"), subject("P2")]
    n = sending.add(TABLE, "table", subject=None)
    batch = (await opened(sending)).batch
    await take_upload(session, batch_id=batch.id, n=n, data=TABLE)
    original = await session.scalar(select(BatchFile.original_id))
    assert await load(session, original) == TABLE
    await close_batch(session, batch_id=batch.id)
    session.expire_all()
    with pytest.raises(ObjectErasedError):
        await load(session, original)


async def test_a_nifti_file_becomes_a_series_of_one_instance(session, sending, opened):
    data = (SAMPLES / "ct_nifti" / "example_ct.nii.gz").read_bytes()
    n = sending.add(data, "nifti", refers={"modality": "CT"})
    batch = (await opened(sending)).batch
    taken = await take_upload(session, batch_id=batch.id, n=n, data=data)
    assert taken.state is FileState.STORED, taken.reason
    row = (await session.scalars(select(Series))).one()
    assert (row.modality, row.source, row.instances) == ("CT", Source.NIFTI, 1)
    assert await series_files(session, row.id) == [data]
    await close_batch(session, batch_id=batch.id)
    names = list(await session.scalars(select(EventRow.name)))
    assert names.count("SeriesReceived") == 1


async def test_a_slide_is_opened_measured_and_announced(session, sending, opened):
    path = next((SAMPLES / "wsi").glob("*.svs"))
    data = path.read_bytes()
    n = sending.add(data, "slide")
    batch = (await opened(sending)).batch
    taken = await take_upload(session, batch_id=batch.id, n=n, data=data)
    assert taken.state is FileState.STORED, taken.reason
    row = (await session.scalars(select(Slide))).one()
    assert (row.width, row.height) == (2220, 2967)
    assert row.mpp == pytest.approx(0.499, abs=1e-3)
    assert await slide_file(session, row.id) == data
    assert "SlideReceived" in list(await session.scalars(select(EventRow.name)))


async def test_a_bundle_is_stored_with_counts_only_in_the_row(session, sending, opened):
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"resource": {"resourceType": "Patient", "id": "P1"}},
            {
                "resource": {
                    "resourceType": "Condition",
                    "subject": {"reference": "Patient/P1"},
                    "onsetDateTime": "2021-05-02",
                    "code": {"text": "HCC"},
                }
            },
        ],
    }
    data = json.dumps(bundle).encode()
    n = sending.add(data, "fhir")
    batch = (await opened(sending)).batch
    taken = await take_upload(session, batch_id=batch.id, n=n, data=data)
    assert taken.state is FileState.STORED, taken.reason
    row = (await session.scalars(select(Record))).one()
    assert row.kind is RecordKind.FHIR
    assert str(row.date) == "2021-05-02"
    assert row.data == {"resources": {"Patient": 1, "Condition": 1}}
    assert b"HCC" in await record_file(session, row.id)


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        ("table", b"PK\x03\x04../x", "archive"),
        ("table", b"", "empty_file"),
        ("table", b"a,b\n1\n", "truncated"),
        ("table", b"a,b\n1,2\n", None),
        ("report", b"\xff\xfe\x00", "malformed"),
        ("fhir", b'{"resourceType":"Patient"}', "malformed"),
        ("vcf", gzip.compress(b"\0" * (1 << 20), mtime=0), "malformed"),
        ("vcf", gzip.compress(b"##fileformat=VCFv4.2\n", mtime=0)[:-6], "truncated"),
        ("maf", b"Hugo_Symbol\tChromosome\nTP53\t17\n", "malformed"),
        ("label", b"\x89PNG\r\n", "malformed"),
        ("nifti", b"\x89PNG\r\n", "nifti_refused"),
        ("slide", b"\x89PNG\r\n", "slide_refused"),
    ],
)
async def test_an_upload_that_is_not_what_it_says_is_held(
    session, sending, opened, kind, data, reason
):
    n = sending.add(data, kind)
    batch = (await opened(sending)).batch
    taken = await take_upload(session, batch_id=batch.id, n=n, data=data)
    assert taken.reason == reason
    counts = await close_batch(session, batch_id=batch.id)
    assert counts.sent == counts.stored + sum(counts.quarantined.values()) == 1
    if reason is not None:
        held = (await session.scalars(select(Quarantine))).one()
        assert await load(session, held.object_id) == data


async def test_a_zip_bomb_ends_in_quarantine(session, sending, opened, monkeypatch):
    n = sending.add(BOMB, "vcf")
    batch = (await opened(sending)).batch
    taken = await take_upload(session, batch_id=batch.id, n=n, data=BOMB)
    assert taken.reason == "inflates_too_far"


async def test_the_same_upload_twice_changes_nothing(session, sending, opened):
    data = "所見: 肝S8に腫瘤".encode("cp932")
    n = sending.add(data, "report")
    batch = (await opened(sending)).batch
    first = await take_upload(session, batch_id=batch.id, n=n, data=data)
    second = await take_upload(session, batch_id=batch.id, n=n, data=data)
    assert first == second
    row = (await session.scalars(select(Record))).one()
    assert (await record_file(session, row.id)).decode() == "所見: 肝S8に腫瘤"


async def test_a_number_that_the_manifest_lacks_is_not_found(session, sending, opened):
    sending.add(b"text", "report")
    batch = (await opened(sending)).batch
    with pytest.raises(NoSuchBatchFileError):
        await take_upload(session, batch_id=batch.id, n=99, data=b"text")


async def test_cut_bytes_are_called_truncated_and_may_come_again(session, sending, opened):
    data = b"a report that is long enough"
    n = sending.add(data, "report")
    batch = (await opened(sending)).batch
    cut = await take_upload(session, batch_id=batch.id, n=n, data=data[:9])
    assert cut.reason == "truncated"
    whole = await take_upload(session, batch_id=batch.id, n=n, data=data)
    assert whole.state is FileState.STORED


async def test_a_large_slide_is_mapped_and_sealed_in_a_file(
    session, sending, opened, tmp_path, monkeypatch
):
    data = next((SAMPLES / "wsi").glob("*.svs")).read_bytes()
    for module in (storage, uploads):
        monkeypatch.setattr(module, "LARGE", 1 << 16)
    file = tmp_path / "sent"
    file.write_bytes(data)
    n = sending.add(data, "slide")
    batch = (await opened(sending)).batch
    mapped = uploads.bytes_of(file)
    assert isinstance(mapped, mmap.mmap)
    taken = await take_upload(session, batch_id=batch.id, n=n, data=mapped)
    assert taken.state is FileState.STORED, taken.reason
    row = (await session.scalars(select(Slide))).one()
    assert await slide_file(session, row.id) == data
    part = await storage.load_range(session, row.object_id, 70_000, 200_000)
    assert part == data[70_000:200_000]
    stored = await storage.find_object(session, row.object_id)
    assert stored.size == len(data)
    assert len(await storage.read_body(stored)) == stored.body_size
