"""Read a hospital's tables by a saved template, and show which cells do not fit, row by row."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from uuid import UUID

from sqlalchemy import Integer, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from renkei.collect.clinical import decode, read_rows
from renkei.errors import NotFoundError
from renkei.server.audit import record
from renkei.server.db import actor_of
from renkei.server.storage import load_many
from renkei.subjects.columns import (
    Column,
    Problem,
    check_columns,
    check_rows,
    guess,
    layout_of,
    read_columns,
)
from renkei.subjects.server.tables import ColumnTemplate, Record, RecordKind, Site, Subject

# A page shows so many; what lies behind them is counted among the tables not read.
MOST_TABLES = 200
MOST_PROBLEMS = 200


class NoSuchTablesError(NotFoundError):
    """There are no tables of that header, or none that the actor may see."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The tables of one hospital with one header; `id` names both."""

    id: str
    site_id: UUID
    site: str
    header: tuple[str, ...]
    tables: int
    rows: int
    saved: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A cell that does not fit, and whose table it stands in."""

    record_id: UUID
    pseudonym: str
    problem: Problem


@dataclass(slots=True)
class Checked:
    """What a mapping makes of the tables: rows = rows that fit + rows refused."""

    columns: Sequence[Column]
    tables_read: int = 0
    rows: int = 0
    rows_refused: int = 0
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[Found] = field(default_factory=list)


async def list_layouts(session: AsyncSession) -> list[Layout]:
    """Return the headers of the tables on record, the most used first."""
    header = Record.data["columns"]
    rows = await session.execute(
        select(
            Record.site_id,
            Site.code,
            header,
            func.count(),
            func.sum(Record.data["rows"].astext.cast(Integer)),
        )
        .join(Site, Site.id == Record.site_id)
        # What a recall erased has no header any more.
        .where(Record.kind == RecordKind.TABLE, Record.data.has_key("columns"))
        .group_by(Record.site_id, Site.code, header)
        .order_by(func.count().desc(), Site.code, header)
    )
    saved = set((await session.scalars(select(ColumnTemplate.layout))).all())
    found = []
    for site_id, site, names, tables, count in rows:
        layout = layout_of(site_id, names)
        found.append(
            Layout(layout, site_id, site, tuple(names), tables, count or 0, layout in saved)
        )
    return found


async def find_layout(session: AsyncSession, *, layout: str) -> Layout:
    """Return the tables of one header.

    Raises:
        NoSuchTablesError: There are none, or none that the actor may see.
    """
    for one in await list_layouts(session):
        if one.id == layout:
            return one
    raise NoSuchTablesError("There are no such tables; choose some from the list.")


async def check_tables(
    session: AsyncSession, *, layout: str, columns: Sequence[Column] | None = None
) -> Checked:
    """Check the newest tables of a header by columns, else by the template, else by a guess.

    Raises:
        NoSuchTablesError: There are none, or none that the actor may see.
        ColumnsRefusedError: The columns are not those of the tables.
    """
    found = await find_layout(session, layout=layout)
    rows = await session.execute(
        select(Record.id, Record.object_id, Subject.pseudonym)
        .join(Subject, Subject.id == Record.subject_id)
        .where(
            Record.site_id == found.site_id,
            Record.kind == RecordKind.TABLE,
            Record.data["columns"] == list(found.header),
            Record.object_id.is_not(None),
            Subject.withdrawn_at.is_(None),
        )
        .order_by(Record.created_at.desc(), Record.id)
        .limit(MOST_TABLES)
    )
    known = rows.all()
    contents = await load_many(session, [row.object_id for row in known])
    if columns is None:
        columns = await _saved(session, found)
    tables = [(row.id, row.pseudonym, data) for row, data in zip(known, contents, strict=True)]
    return await asyncio.to_thread(_check, found.header, tables, columns)


async def _saved(session: AsyncSession, found: Layout) -> list[Column] | None:
    template = await session.scalar(
        select(ColumnTemplate.columns).where(
            ColumnTemplate.site_id == found.site_id, ColumnTemplate.layout == found.id
        )
    )
    return None if template is None else read_columns(template)


def _check(
    header: Sequence[str],
    tables: Sequence[tuple[UUID, str, bytes]],
    columns: Sequence[Column] | None,
) -> Checked:
    read = [(id_, who, read_rows(decode(data))[1]) for id_, who, data in tables]
    if columns is None:
        columns = guess(header, read[0][2], read[0][1]) if read else [Column(n) for n in header]
    check_columns(columns, header)
    checked = Checked(columns, tables_read=len(read))
    for id_, who, rows in read:
        problems = check_rows(columns, rows)
        checked.rows += len(rows)
        checked.rows_refused += len({problem.row for problem in problems})
        for problem in problems:
            counts = checked.counts.setdefault(problem.column, {})
            counts[problem.fault] = counts.get(problem.fault, 0) + 1
            if len(checked.problems) < MOST_PROBLEMS:
                checked.problems.append(Found(id_, who, problem))
    return checked


async def save_template(
    session: AsyncSession, *, layout: str, columns: Sequence[Column]
) -> ColumnTemplate:
    """Keep a mapping for all tables of a header, now and later.

    Raises:
        NoSuchTablesError: There are none, or none that the actor may see.
        ColumnsRefusedError: The columns are not those of the tables.
    """
    found = await find_layout(session, layout=layout)
    check_columns(columns, found.header)
    values = {
        "columns": [asdict(column) for column in columns],
        "saved_by": actor_of(session).id,
    }
    row = insert(ColumnTemplate).values(site_id=found.site_id, layout=layout, **values)
    saved: ColumnTemplate = (
        await session.scalars(
            row.on_conflict_do_update(index_elements=["site_id", "layout"], set_=values)
            .returning(ColumnTemplate)
            .execution_options(populate_existing=True)
        )
    ).one()
    await record(session, "collect.columns", saved)
    return saved
