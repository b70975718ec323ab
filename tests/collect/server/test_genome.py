"""Genes that identify: refused unless approval and contract name them, under a key of their own."""

import pytest
from sqlalchemy import func, select, update
from tests.collect.test_genome import vcf

from renkei.collect.genome import LEAST_SITES
from renkei.collect.server.upload import take_upload
from renkei.consent.server.tables import Agreement, Approval
from renkei.server.actor import Actor, Role
from renkei.server.audit import AuditRow
from renkei.server.keys import ObjectErasedError, OwnerKey
from renkei.server.storage import StoredObject, erase_subject, load
from renkei.subjects.server.files import GenomeError, record_file
from renkei.subjects.server.tables import Record

GENOME = vcf(LEAST_SITES)


async def name_codes(session, *tables) -> None:
    for table in tables:
        await session.execute(update(table).values(gene_codes=True))


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ((), "approval_gene_codes"),
        ((Agreement,), "approval_gene_codes"),
        ((Approval,), "agreement_gene_codes"),
        ((Approval, Agreement), None),
    ],
)
async def test_both_documents_must_name_it(session, sending, opened, named, reason):
    sending.add(GENOME, "vcf", subject="P1")
    batch = (await opened(sending)).batch
    await name_codes(session, *named)
    taken = await take_upload(session, batch_id=batch.id, n=1, data=GENOME)
    assert taken.reason == reason


async def test_few_variants_need_no_name(session, sending, opened):
    data = vcf(LEAST_SITES - 1)
    sending.add(data, "vcf", subject="P1")
    batch = (await opened(sending)).batch
    assert (await take_upload(session, batch_id=batch.id, n=1, data=data)).reason is None


async def test_a_parted_genome_is_counted_together(session, sending, opened):
    parts = [vcf(30), vcf(30).replace(b"\n1\t", b"\n2\t")]
    for part in parts:
        sending.add(part, "vcf", subject="P1")
    batch = (await opened(sending)).batch
    taken = [await take_upload(session, batch_id=batch.id, n=n, data=parts[n - 1]) for n in (1, 2)]
    assert [one.reason for one in taken] == [None, "approval_gene_codes"]


async def test_it_lies_under_its_own_key_and_right(session, sending, opened, site_a, as_actor):
    text = b"No lesion."
    sending.add(GENOME, "vcf", subject="P1")
    sending.add(text, "report", subject="P1")
    batch = (await opened(sending)).batch
    await name_codes(session, Approval, Agreement)
    for n, data in ((1, GENOME), (2, text)):
        await take_upload(session, batch_id=batch.id, n=n, data=data)
    kinds = await session.execute(
        select(Record.gene_code, OwnerKey.kind)
        .join(StoredObject, StoredObject.id == Record.object_id)
        .join(OwnerKey, OwnerKey.id == StoredObject.key_id)
    )
    assert set(kinds.all()) == {(True, "genome"), (False, "subject")}
    record = (await session.scalars(select(Record).where(Record.gene_code))).one()
    # The same session has read the row for the system: another role asks anew.
    with as_actor(session, Actor("c", Role.CURATOR)), pytest.raises(GenomeError):
        await record_file(session, record.id, genome=True)
    with as_actor(session, Actor("h", Role.HOSPITAL, site_a.id, site_a.id)):
        with pytest.raises(GenomeError):
            await record_file(session, record.id)
        assert await record_file(session, record.id, genome=True) == GENOME
    await erase_subject(session, record.subject_id)
    with pytest.raises(ObjectErasedError):
        await load(session, record.object_id)


async def test_another_hospital_finds_no_genome_and_each_reading_is_audited(
    session, sending, opened, client_for, site_a, site_b
):
    sending.add(GENOME, "vcf", subject="P1")
    batch = (await opened(sending)).batch
    await name_codes(session, Approval, Agreement)
    await take_upload(session, batch_id=batch.id, n=1, data=GENOME)
    record = (await session.scalars(select(Record))).one()
    await session.commit()
    path = f"/api/v1/subjects/records/{record.id}/genome"
    read = select(func.count()).where(AuditRow.action == "subjects.genome")
    other = await client_for(Role.HOSPITAL, site=site_b)
    answer = await other.get(path)
    assert (answer.status_code, await session.scalar(read)) == (404, 0)
    assert GENOME not in answer.content
    assert (await (await client_for(Role.CURATOR)).get(path)).status_code == 403
    own = await client_for(Role.HOSPITAL, site=site_a)
    assert (await own.get(path)).content == GENOME
    assert await session.scalar(read) == 1
