"""The bytes behind the facts, decrypted."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import ForbiddenError, NotFoundError
from renkei.server.actor import Permission, Role
from renkei.server.db import actor_of
from renkei.server.storage import load, load_many
from renkei.subjects.server.tables import Instance, Record, Rendition, Series, Slide


class GenomeError(ForbiddenError):
    """The record identifies a person by genes."""


class NoSuchFileError(NotFoundError):
    """There is no such series, slide or record, or none with bytes that the actor may see."""


async def series_renditions(session: AsyncSession, series_id: UUID) -> list[Rendition]:
    """Return one rendition per instance, by instance number and then SOP UID.

    The first that arrived counts, or the one that a person chose.

    Raises:
        NoSuchFileError: There is none, or none that the actor may see.
    """
    rows = await session.execute(
        select(Rendition, Instance.number, Instance.sop_uid)
        .join(Instance, Instance.id == Rendition.instance_id)
        .join(Series, Series.id == Instance.series_id)
        .where(Series.id == series_id)
        .order_by(Instance.id, *Rendition.by_choice())
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


async def record_file(session: AsyncSession, record_id: UUID, *, genome: bool = False) -> bytes:
    """Return the content of a record; `genome` says that identifying genes are meant.

    Raises:
        NoSuchFileError: There is none, or none that the actor may see.
        GenomeError: It counts as an individual identification code, and the actor lacks the right.
        ObjectErasedError: The subject's key was destroyed.
    """
    found = (
        await session.execute(
            select(Record.object_id, Record.gene_code).where(Record.id == record_id)
        )
    ).one_or_none()
    if found is None or found.object_id is None:
        raise NoSuchFileError("There is no such record; choose one from the list.")
    actor = actor_of(session)
    meant = genome or actor.role is Role.SYSTEM
    if found.gene_code and not (meant and actor.may(Permission.SUBJECTS_GENOME)):
        raise GenomeError("This record identifies a person by genes; it is read by its own right.")
    return await load(session, found.object_id)
