"""The bytes behind the facts, decrypted."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import NotFoundError
from renkei.server.storage import load, load_many
from renkei.subjects.server.tables import Instance, Record, Rendition, Series, Slide


class NoSuchFileError(NotFoundError):
    """There is no such series, slide or record, or none with bytes that the actor may see."""


async def series_renditions(session: AsyncSession, series_id: UUID) -> list[Rendition]:
    """Return one rendition per instance, by instance number and then SOP UID.

    The first that arrived counts, so that the answer never changes.

    Raises:
        NoSuchFileError: There is none, or none that the actor may see.
    """
    rows = await session.execute(
        select(Rendition, Instance.number, Instance.sop_uid)
        .join(Instance, Instance.id == Rendition.instance_id)
        .join(Series, Series.id == Instance.series_id)
        .where(Series.id == series_id)
        .order_by(Instance.id, Rendition.id)
        .ext(distinct_on(Instance.id))
    )
    found = sorted(rows, key=lambda row: (row[1] is None, row[1] or 0, row[2]))
    if not found:
        raise NoSuchFileError("There is no such series; choose one from the list.")
    return [rendition for rendition, _, _ in found]


async def series_files(session: AsyncSession, series_id: UUID) -> list[bytes]:
    """Return the files of a series, by instance number.

    Raises:
        NoSuchFileError: There is none, or none that the actor may see.
        ObjectErasedError: The subject's key was destroyed.
    """
    renditions = await series_renditions(session, series_id)
    return await load_many(session, [rendition.object_id for rendition in renditions])


async def slide_file(session: AsyncSession, slide_id: UUID) -> bytes:
    """Return the file of a slide.

    Raises:
        NoSuchFileError: There is none, or none that the actor may see.
        ObjectErasedError: The subject's key was destroyed.
    """
    object_id = await session.scalar(select(Slide.object_id).where(Slide.id == slide_id))
    if object_id is None:
        raise NoSuchFileError("There is no such slide; choose one from the list.")
    return await load(session, object_id)


async def record_file(session: AsyncSession, record_id: UUID) -> bytes:
    """Return the content of a record.

    Raises:
        NoSuchFileError: There is none, or none that the actor may see.
        ObjectErasedError: The subject's key was destroyed.
    """
    object_id = await session.scalar(select(Record.object_id).where(Record.id == record_id))
    if object_id is None:
        raise NoSuchFileError("There is no such record; choose one from the list.")
    return await load(session, object_id)
