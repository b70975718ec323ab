"""What the gene files of a subject tell together: parting a genome does not pass the gate."""

from uuid import UUID

from sqlalchemy import Function, Integer, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.collect.genome import NOTHING_TOLD, Sites
from renkei.proof import digest
from renkei.subjects.server.tables import Record, RecordKind, Subject

GENE_FILES = (RecordKind.VCF, RecordKind.MAF)


async def is_gene_code(
    session: AsyncSession, *, site_id: UUID, pseudonym: str, told: Sites, data: bytes
) -> bool:
    """Tell whether a gene file counts as an identification code beside those on record.

    Two files of one subject are counted one after the other: the subject stays locked.
    """
    if told == NOTHING_TOLD:
        return False
    subject_id = await session.scalar(
        select(Subject.id)
        .where(Subject.site_id == site_id, Subject.pseudonym == pseudonym)
        .with_for_update()
    )
    others = await session.execute(
        select(_sum("sites"), _sum("repeats")).where(
            Record.subject_id == subject_id,
            Record.kind.in_(GENE_FILES),
            Record.sha256 != digest(data),
        )
    )
    sites, repeats = others.one()
    return (told + Sites(sites, repeats)).is_code


def _sum(name: str) -> Function[int]:
    return func.coalesce(func.sum(Record.data[name].astext.cast(Integer)), 0)
