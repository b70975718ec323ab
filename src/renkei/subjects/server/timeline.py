"""Gather a subject's timeline."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import NotFoundError
from renkei.subjects.server.tables import Record, Series, Slide, Study, Subject
from renkei.subjects.timeline import Entry, in_order


class NoSuchSubjectError(NotFoundError):
    """There is no such subject, or none that the actor may see."""


async def timeline(session: AsyncSession, subject_id: UUID) -> list[Entry]:
    """Return everything on record about a subject, by date.

    Raises:
        NoSuchSubjectError: There is none, or none that the actor may see.
    """
    if await session.scalar(select(Subject.id).where(Subject.id == subject_id)) is None:
        raise NoSuchSubjectError("There is no such subject; choose one from the list.")
    series = await session.execute(
        select(Study.date, Series.id, Series.modality, Series.body_part)
        .join(Study, Study.id == Series.study_id)
        .where(Series.subject_id == subject_id)
    )
    entries = [
        Entry(day, "series", id_, " ".join(filter(None, (modality, body_part))))
        for day, id_, modality, body_part in series
    ]
    slides = await session.scalars(select(Slide).where(Slide.subject_id == subject_id))
    entries += [Entry(None, "slide", s.id, f"{s.width} × {s.height}") for s in slides]
    records = await session.scalars(select(Record).where(Record.subject_id == subject_id))
    entries += [Entry(r.date, "record", r.id, r.kind.value) for r in records]
    return in_order(entries)
