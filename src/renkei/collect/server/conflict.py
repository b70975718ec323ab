"""Show a held file beside the copy of the same instance that is on record."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei import compute
from renkei.collect.compare import Comparison, compare_copies
from renkei.collect.scans import DicomFacts
from renkei.collect.server.intake import read_files
from renkei.collect.server.tables import Quarantine
from renkei.errors import DataRefusedError
from renkei.server.storage import load
from renkei.subjects.server.tables import Instance, Rendition


async def on_record(session: AsyncSession, held: Quarantine, uid: str) -> bytes | None:
    """Return the copy on record of an instance of the held file's hospital."""
    row = await session.scalar(
        select(Rendition.object_id)
        .join(Instance, Instance.id == Rendition.instance_id)
        .where(Instance.site_id == held.site_id, Instance.sop_uid == uid)
        .order_by(*Rendition.by_choice())
        .limit(1)
    )
    return None if row is None else await load(session, row)


async def read_held(session: AsyncSession, held: Quarantine) -> tuple[bytes, DicomFacts | str]:
    """Return a held file's bytes and what they say of themselves, or why they say nothing."""
    data = await load(session, held.object_id)
    return data, (await read_files([data]))[0]


async def compare_held(
    session: AsyncSession, held: Quarantine, data: bytes, facts: DicomFacts
) -> Comparison | None:
    """Return what differs from the copy on record; None when there is none to compare with."""
    known = await on_record(session, held, facts.sop_uid)
    if known is None:
        return None
    try:
        return await compute.run(compare_copies, known, data, seconds=60.0)
    except DataRefusedError:
        return None
