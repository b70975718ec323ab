"""Excel workbooks as text: merged headers joined, serial dates read, IDs as they look."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from renkei.errors import DataRefusedError

MAGIC = b"PK\x03\x04"
MAX_INFLATED = 1 << 30
HEADER_WITHIN = 30
_EPOCH_1900, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)
_DATE_1904 = re.compile(rb"<workbookPr[^>]*date1904=\"(?:1|true)\"")
_SERIAL = re.compile(r"\d{4,5}(?:\.\d+)?")
# What zipfile raises for bytes that lie; RuntimeError also stands for a password.
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError, RuntimeError, ValueError)
Cell = int | float | str | bool | time | date | datetime | timedelta


class BadWorkbookError(DataRefusedError):
    """The workbook cannot be read, or no sheet of it has the column of IDs."""


def is_workbook(data: bytes) -> bool:
    """Tell whether bytes are an .xlsx workbook."""
    if not data.startswith(MAGIC):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except _DAMAGED:
        return False


def read_workbook(
    data: bytes, *, column: str, dates: Iterable[str]
) -> tuple[list[str], list[dict[str, str]], int]:
    """Return header, rows and how many other sheets hold something, of the sheet with a column.

    `dates` are columns whose bare numbers are serial days of the workbook's own calendar.

    Raises:
        BadWorkbookError: It is damaged or inflates too far, or no sheet has the column.
    """
    epoch = _epoch(data)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
            filled = [sheet for sheet in sheets if sheet.height]
            for sheet in filled:
                if found := _table(sheet, column):
                    header, rows = found
                    return header, _dated(rows, frozenset(dates), epoch), len(filled) - 1
    except CalamineError as error:
        raise BadWorkbookError(
            "The workbook cannot be read; save it again as .xlsx without a password.",
            reason="malformed",
        ) from error
    raise BadWorkbookError(
        "No sheet of the workbook has the column of IDs; correct the mapping.",
        reason="no_id_column",
    )


def _epoch(data: bytes) -> date:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inflated = sum(part.file_size for part in archive.infolist())
            if inflated <= MAX_INFLATED:
                found = _DATE_1904.search(archive.read("xl/workbook.xml"))
                return _EPOCH_1904 if found else _EPOCH_1900
    except _DAMAGED as error:
        raise BadWorkbookError(
            "The workbook is damaged; save it again as .xlsx.", reason="malformed"
        ) from error
    raise BadWorkbookError("The workbook is too large; send it in parts.", reason="too_large")


def _table(sheet: CalamineSheet, column: str) -> tuple[list[str], list[dict[str, str]]] | None:
    grid = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    top, deep = _header_rows(grid, sheet.merged_cell_ranges or [], column)
    if not deep:
        return None
    header = [
        " ".join(dict.fromkeys(part for part in parts if part))
        for parts in zip(*grid[top : top + deep], strict=True)
    ]
    used = [n for n, name in enumerate(header) if name]
    body = [row for row in grid[top + deep :] if any(row)]
    return [header[n] for n in used], [{header[n]: row[n] for n in used} for row in body]


def _header_rows(
    grid: list[list[str]], merged: list[tuple[tuple[int, int], tuple[int, int]]], column: str
) -> tuple[int, int]:
    """Fill merged cells; return the first row of the header and how many rows it has, or 0."""
    deep = {}
    for (top, left), (bottom, right) in merged:
        deep[top, left] = bottom - top + 1
        for row in grid[top : min(bottom, HEADER_WITHIN) + 1]:
            row[left : right + 1] = [grid[top][left]] * (right + 1 - left)
    for n, row in enumerate(grid[:HEADER_WITHIN]):
        if column in row:
            return n, deep.get((n, row.index(column)), 1)
    return 0, 0


def _text(cell: Cell) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        plain = cell.isoformat(sep=" ")
        return plain.removesuffix(" 00:00:00")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell).strip()


def _dated(
    rows: list[dict[str, str]], columns: frozenset[str], epoch: date
) -> list[dict[str, str]]:
    for row in rows:
        for name in columns & row.keys():
            if _SERIAL.fullmatch(row[name]):
                row[name] = (epoch + timedelta(days=int(float(row[name])))).isoformat()
    return rows
