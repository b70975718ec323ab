"""Gather a subject's timeline."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.errors import NotFoundError
from renkei.server.keys import ObjectErasedError
from renkei.server.storage import load_many
from renkei.subjects.columns import Column, layout_of, read_columns
from renkei.subjects.events import MOST_EVENTS, Happening, events_of, events_of_table
from renkei.subjects.server.tables import (
    ColumnTemplate,
    Record,
    RecordKind,
    Series,
    Slide,
    Study,
    Subject,
)
from renkei.subjects.timeline import Entry, Lane, in_order

MOST_READ = 100
# What stands in the timeline as the events that it tells of.
TELLING = (RecordKind.FHIR, RecordKind.TABLE)
LANES: Mapping[RecordKind, Lane] = MappingProxyType(
    {
        RecordKind.TABLE: Lane.TABLE,
        RecordKind.FHIR: Lane.TABLE,
        RecordKind.VCF: Lane.GENE,
        RecordKind.MAF: Lane.GENE,
        RecordKind.REPORT: Lane.REPORT,
        RecordKind.LABEL: Lane.LABEL,
    }
)


class NoSuchSubjectError(NotFoundError):
    """There is no such subject, or none that the actor may see."""


async def timeline(session: AsyncSession, subject_id: UUID) -> list[Entry]:
    """Return all on record about a subject, by date; bundles and mapped tables stand as events.

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
        Entry(day, "series", id_, " ".join(filter(None, (modality, body_part))), Lane.IMAGE)
        for day, id_, modality, body_part in series
    ]
    slides = await session.scalars(select(Slide).where(Slide.subject_id == subject_id))
    entries += [Entry(None, "slide", s.id, f"{s.width} × {s.height}", Lane.SLIDE) for s in slides]
    records = (await session.scalars(select(Record).where(Record.subject_id == subject_id))).all()
    entries += [
        Entry(r.date, "record", r.id, r.kind.value, LANES[r.kind])
        for r in records
        if r.kind not in TELLING
    ]
    telling = [r for r in records if r.kind in TELLING]
    return in_order([*entries, *await _told(session, telling)])


async def _told(session: AsyncSession, rows: Sequence[Record]) -> list[Entry]:
    """Return the events of bundles and mapped tables, or the record where it tells of none."""
    known = [row.object_id for row in rows[:MOST_READ] if row.object_id is not None]
    saved = await session.execute(select(ColumnTemplate.layout, ColumnTemplate.columns))
    templates = {layout: read_columns(columns) for layout, columns in saved}
    try:
        contents = dict(zip(known, await load_many(session, known), strict=True))
    except ObjectErasedError:
        contents = {}
    found = []
    for row in rows:
        content = contents.get(row.object_id) if row.object_id is not None else None
        events = [] if content is None else _events(row, content, templates)
        found += [Entry(e.date, "record", row.id, e.title, e.lane) for e in events]
        # Where events are cut off, the record stands beside them and holds the rest.
        if not events or len(events) == MOST_EVENTS:
            found.append(Entry(row.date, "record", row.id, row.kind.value, LANES[row.kind]))
    return found


def _events(
    row: Record, content: bytes, templates: Mapping[str, Sequence[Column]]
) -> list[Happening]:
    if row.kind is RecordKind.FHIR:
        return events_of(content)
    columns = templates.get(layout_of(row.site_id, (row.data or {}).get("columns") or ()))
    return [] if columns is None else events_of_table(content, columns)
