"""Lists: search, filters, sort, keyset pages and CSV, all in the address."""

import base64
import csv
import io
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar, cast

from fastapi import Depends, Query
from pydantic import BaseModel
from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Text,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Enum
from starlette.requests import Request
from starlette.responses import StreamingResponse

from renkei.errors import UsageError
from renkei.server.db import actor_of, transaction

T = TypeVar("T")
MOST_ROWS = 500
CSV_CHUNK = 1000
OWN = frozenset({"q", "sort", "after", "limit", "format"})
Q = "Words that a text of the row contains."
SORT = "The column to sort by; a minus in front sorts downwards. Without it: newest first."
AFTER = "The `next` of the page before; leave it out for the first page."
LIMIT = "The number of rows of a page."
FORMAT = "`csv` gives every row of the list as a file, without pages."
# A spreadsheet takes a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class BadListError(UsageError):
    """The address of a list names a column, filter or cursor that it does not have."""


class Page(BaseModel, Generic[T]):
    """A part of a list; `next` goes into `after`, None at the end."""

    items: list[T]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class ListParams:
    """How a list is asked for: `?q=&sort=-created_at&after=&limit=&format=csv&<column>=…`."""

    q: str | None = None
    sort: str | None = None
    after: str | None = None
    limit: int = 50
    format: Literal["json", "csv"] = "json"
    filters: Mapping[str, Sequence[str]] | None = None


def list_params(
    request: Request,
    *,
    q: Annotated[str | None, Query(max_length=200, description=Q)] = None,
    sort: Annotated[str | None, Query(max_length=60, description=SORT)] = None,
    after: Annotated[str | None, Query(max_length=1000, description=AFTER)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS, description=LIMIT)] = 50,
    format: Annotated[Literal["json", "csv"], Query(description=FORMAT)] = "json",  # noqa: A002  its name in the address
) -> ListParams:
    """Read them from the address; every other name is a filter on the column of that name."""
    names = [name for name in request.query_params if name not in OWN]
    filters = {name: request.query_params.getlist(name) for name in names}
    return ListParams(q, sort, after, limit, format, filters)


Params = Annotated[ListParams, Depends(list_params)]


@dataclass(frozen=True, slots=True)
class _Order:
    column: ColumnElement[Any]
    key: ColumnElement[Any]
    descending: bool
    nullable: bool


async def list_page(
    session: AsyncSession,
    query: Select[Any],
    *,
    columns: Mapping[str, Any],
    params: ListParams,
    search: Sequence[str] | None = None,
) -> Page[Any]:
    """Return one page of `query`, or all of it as CSV.

    `columns` maps the names that may be sorted and filtered by, and that CSV holds, to SQL
    columns; `search` are those that `q` looks into (all text columns when None). The first
    entity's `id`, or the column named `id`, breaks ties. Without `sort`, the newest come first.

    Raises:
        BadListError: The address names something that this list does not have.
    """
    query = _narrow(query, columns, params, search)
    order = _order(query, columns, params)
    if params.format == "csv":
        # A response goes through a route as it is; FastAPI checks everything else against Page.
        return cast("Page[Any]", _csv(session, query, columns, order))
    total = await session.scalar(select(func.count()).select_from(query.subquery()))
    paged = query.add_columns(order.column.label("_sort"), order.key.label("_key"))
    if params.after is not None:
        paged = paged.where(_beyond(order, params.after))
    rows = (await session.execute(_sorted(paged, order).limit(params.limit + 1))).all()
    shown = rows[: params.limit]
    more = len(rows) > params.limit
    single = len(query.column_descriptions) == 1
    items = [row[0] if single else row for row in shown]
    return Page[Any](items=items, total=total or 0, next=_cursor(shown[-1]) if more else None)


def _narrow(
    query: Select[Any],
    columns: Mapping[str, Any],
    params: ListParams,
    search: Sequence[str] | None,
) -> Select[Any]:
    for name, values in (params.filters or {}).items():
        base, _, bound = name.partition(".")
        if base not in columns or bound not in {"", "min", "max"}:
            raise BadListError(f"This list has no such filter; it has: {', '.join(columns)}.")
        column = columns[base]
        if bound == "min":
            query = query.where(column >= _typed(column, values[-1]))
        elif bound == "max":
            query = query.where(column <= _typed(column, values[-1]))
        else:
            query = query.where(_as_text(column).in_(values))
    if params.q:
        names = search if search is not None else [n for n, c in columns.items() if _is_text(c)]
        escaped = params.q.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        found = [_as_text(columns[name]).ilike(f"%{escaped}%") for name in names]
        # A list without a text finds nothing; an empty "or" would find everything.
        query = query.where(or_(false(), *found))
    return query.order_by(None)


def _order(query: Select[Any], columns: Mapping[str, Any], params: ListParams) -> _Order:
    name = (params.sort or "").removeprefix("-")
    entity = query.column_descriptions[0]["entity"]
    key = columns.get("id", entity.id if entity is not None else None)
    if name and name not in columns:
        raise BadListError(f"This list does not sort by that; it has: {', '.join(columns)}.")
    column = columns[name] if name else key
    descending = params.sort.startswith("-") if params.sort else True
    nullable = getattr(column.expression, "nullable", True) is not False
    return _Order(column, key, descending, nullable)


def _sorted(query: Select[Any], order: _Order) -> Select[Any]:
    if order.descending:
        by = order.column.desc().nulls_last() if order.nullable else order.column.desc()
        return query.order_by(by, order.key.desc())
    return query.order_by(order.column.asc(), order.key.asc())


def _beyond(order: _Order, cursor: str) -> ColumnElement[bool]:
    value, key = _read_cursor(cursor)
    last = _typed(order.key, key)
    further = order.key < last if order.descending else order.key > last
    if value is None:
        return and_(order.column.is_(None), further)
    here = _typed(order.column, value)
    pair, there = tuple_(order.column, order.key), tuple_(here, last)
    beyond = pair < there if order.descending else pair > there
    # Without the second part nulls, which come last both ways, would never be reached.
    return or_(beyond, order.column.is_(None)) if order.nullable else beyond


def _cursor(row: Any) -> str:
    pair = [_wire(row._sort), _wire(row._key)]  # noqa: SLF001  our own label
    return base64.urlsafe_b64encode(json.dumps(pair).encode()).decode().rstrip("=")


def _wire(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _read_cursor(cursor: str) -> tuple[str | None, str]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        value, key = json.loads(raw)
    except ValueError as error:
        raise BadListError("The cursor is none of this list; begin without `after`.") from error
    return (None if value is None else str(value)), str(key)


def _is_text(column: Any) -> bool:
    return isinstance(column.type, String)


def _as_text(column: Any) -> ColumnElement[str]:
    return sql_cast(column, Text)


def _typed(column: Any, value: str) -> ColumnElement[Any]:
    # PostgreSQL reads the text as the column's type, exactly as it wrote it.
    kind = Text() if isinstance(column.type, Enum | String) else column.type
    return sql_cast(literal(value, Text), kind)


def _csv(
    session: AsyncSession, query: Select[Any], columns: Mapping[str, Any], order: _Order
) -> StreamingResponse:
    wanted = [column.label(name) for name, column in columns.items()]
    flat = _sorted(query.with_only_columns(*wanted, maintain_column_froms=True), order)
    actor = actor_of(session)

    async def lines() -> AsyncIterator[str]:
        yield _line(list(columns))
        # The request's own transaction has ended when the answer is on its way.
        async with transaction(actor) as reading:
            found = await reading.stream(flat.execution_options(yield_per=CSV_CHUNK))
            async for rows in found.partitions():
                yield "".join(_line([_cell(value) for value in row]) for row in rows)

    disposition = {"Content-Disposition": 'attachment; filename="list.csv"'}
    return StreamingResponse(lines(), media_type="text/csv; charset=utf-8", headers=disposition)


def _line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text
