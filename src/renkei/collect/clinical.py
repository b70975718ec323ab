"""Tables: read as text in UTF-8 or cp932, and part them by the column of pseudonyms."""

import csv
import io
from collections.abc import Set as AbstractSet

from renkei.collect.kinds import MalformedError, TruncatedError, UnknownSubjectError
from renkei.collect.part import Part, Sent, refuse_archive

MAX_COLUMNS = 4096
MAX_CELL = 64 * 1024


def part_table(sent: Sent) -> list[Part]:
    """Part a CSV by subject; every cell stays the text that it was.

    The subjects' column is the only one whose cells are all pseudonyms of the manifest.

    Raises:
        MalformedError: It is no rectangular table, or no single column names the subjects.
        UnknownSubjectError: It names somebody who is not in the manifest.
    """
    refuse_archive(sent.data)
    header, rows = read_rows(decode(sent.data))
    if not rows:
        raise MalformedError("The table has no rows.")
    column = _column(header, rows, sent.known)
    if column is None and sent.subject is not None:
        return [_part(sent.subject, header, rows)]
    if column is None:
        raise UnknownSubjectError("No single column of the table holds pseudonyms only.")
    groups: dict[str, list[list[str]]] = {}
    for row in rows:
        groups.setdefault(row[column], []).append(row)
    if sent.subject is not None and set(groups) != {sent.subject}:
        raise UnknownSubjectError("The table names others than the subject that it was sent for.")
    return [_part(name, header, groups[name]) for name in sorted(groups)]


def decode(data: bytes) -> str:
    """Return the text, read strictly as UTF-8 and then as cp932.

    Raises:
        MalformedError: It is neither, or holds NUL characters.
    """
    # shift_jis is no substitute for cp932: it fails on ①, ㈱ and 髙.
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise MalformedError("The text is neither UTF-8 nor cp932.")


def read_rows(text: str) -> tuple[list[str], list[list[str]]]:
    """Return header and rows of a CSV; blank lines do not count.

    Raises:
        MalformedError: The header repeats a name or is missing; a cell is over 64 KiB.
        TruncatedError: A row has another number of cells than the header.
    """
    dialect = "\t" if "\t" in text.split("\n", 1)[0] else ","
    try:
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=dialect, strict=True) if row]
    except csv.Error as error:
        raise TruncatedError("The table breaks off inside a cell.") from error
    if not rows:
        raise MalformedError("The table has no header.")
    header = [name.strip() for name in rows[0]]
    if len(set(header)) != len(header) or not all(header) or len(header) > MAX_COLUMNS:
        raise MalformedError("Each column of a table needs a name of its own.")
    if any(len(row) != len(header) for row in rows[1:]):
        raise TruncatedError("A row of the table has too few or too many cells.")
    if any(len(cell) > MAX_CELL for row in rows[1:] for cell in row):
        raise MalformedError("A cell of the table is over 64 KiB.")
    return header, rows[1:]


def _column(header: list[str], rows: list[list[str]], known: AbstractSet[str]) -> int | None:
    found = [i for i in range(len(header)) if all(row[i] in known for row in rows)]
    return found[0] if len(found) == 1 else None


def _part(pseudonym: str, header: list[str], rows: list[list[str]]) -> Part:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    summary = {"columns": header, "rows": len(rows)}
    return Part(pseudonym, out.getvalue().encode(), "csv", summary)
