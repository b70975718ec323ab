"""Routes of clinical tables: which headers there are, what does not fit, and the saved mapping."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field, StringConstraints

from renkei.collect.server.columns import (
    Checked,
    Layout,
    check_tables,
    find_layout,
    list_layouts,
    save_template,
)
from renkei.server.actor import Permission
from renkei.server.web import Db, In, Out, needs
from renkei.subjects.columns import CodeSystem, Column, ColumnType, Fault
from renkei.subjects.timeline import Lane

router = APIRouter(prefix="/tables")
LayoutId = Annotated[str, Path(pattern="^[0-9a-f]{64}$", max_length=64)]
VIEW = needs(Permission.COLLECT_VIEW)


class ColumnIn(In):
    """What one column is."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    type: ColumnType = ColumnType.TEXT
    unit: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = None
    system: CodeSystem | None = None
    lane: Lane | None = None
    required: bool = False


class ColumnsIn(In):
    """What the columns of a table are, in the order of its header."""

    columns: Annotated[list[ColumnIn], Field(min_length=1, max_length=4096)]


class ColumnOut(Out):
    """What one column is."""

    name: str
    type: ColumnType
    unit: str | None
    system: CodeSystem | None
    lane: Lane | None
    required: bool


class LayoutOut(Out):
    """The tables of one hospital with one header."""

    id: str
    site_id: UUID
    site: str
    header: list[str]
    tables: int
    rows: int
    saved: bool


class CellOut(Out):
    """A cell that does not fit; `row` counts from 1 in the table of its subject."""

    record_id: UUID
    pseudonym: str
    row: int
    column: str
    value: str
    fault: Fault


class CheckedOut(LayoutOut):
    """Tables beside what a mapping makes of them; `counts` by column and fault."""

    columns: list[ColumnOut]
    tables_read: int
    rows_read: int
    rows_refused: int
    counts: dict[str, dict[str, int]]
    problems: list[CellOut]


@router.get("", dependencies=VIEW)
async def get_tables(session: Db) -> list[LayoutOut]:
    """List the headers of the tables on record."""
    return [LayoutOut.model_validate(one) for one in await list_layouts(session)]


@router.get("/{layout}", dependencies=VIEW)
async def get_checked_tables(layout: LayoutId, session: Db) -> CheckedOut:
    """Check tables by their saved mapping, or by a guess."""
    found = await find_layout(session, layout=layout)
    return _checked(found, await check_tables(session, layout=layout))


@router.post("/{layout}/check", dependencies=VIEW)
async def preview_tables(layout: LayoutId, body: ColumnsIn, session: Db) -> CheckedOut:
    """Check tables by a mapping that is not saved."""
    found = await find_layout(session, layout=layout)
    columns = _columns(body)
    return _checked(found, await check_tables(session, layout=layout, columns=columns))


@router.put("/{layout}", dependencies=needs(Permission.COLLECT_SEND))
async def put_columns(layout: LayoutId, body: ColumnsIn, session: Db) -> CheckedOut:
    """Save a mapping for every table of this header, and check by it."""
    await save_template(session, layout=layout, columns=_columns(body))
    found = await find_layout(session, layout=layout)
    return _checked(found, await check_tables(session, layout=layout))


def _columns(body: ColumnsIn) -> list[Column]:
    return [Column(**one.model_dump()) for one in body.columns]


def _checked(found: Layout, checked: Checked) -> CheckedOut:
    cells = [
        CellOut(
            record_id=one.record_id,
            pseudonym=one.pseudonym,
            row=one.problem.row,
            column=one.problem.column,
            value=one.problem.value[:80],
            fault=one.problem.fault,
        )
        for one in checked.problems
    ]
    return CheckedOut(
        **LayoutOut.model_validate(found).model_dump(),
        columns=[ColumnOut.model_validate(one) for one in checked.columns],
        tables_read=checked.tables_read,
        rows_read=checked.rows,
        rows_refused=checked.rows_refused,
        counts=checked.counts,
        problems=cells,
    )
