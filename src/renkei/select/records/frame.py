"""Delimited text as a frame of texts; rows with another number of cells are told apart."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from renkei.collect.clinical import decode
from renkei.collect.part import inflate
from renkei.select.records.fault import Fault

# No header can name a column so.
ROW = "\0row"


def text_of(path: Path) -> str:
    """Return the text of a file, unpacked, in UTF-8 or cp932.

    Raises:
        MalformedError: It is neither.
        InflatesTooFarError: It unpacks to more than is taken.
    """
    return decode(inflate(path.read_bytes()))


def frame_of(lines: list[str], separator: str) -> tuple[pl.DataFrame, tuple[int, ...]]:
    """Return the rows that fit the header, numbered from 1 in ROW, and the others' numbers."""
    body = [line for line in lines if line.strip()]
    width = body[0].count(separator)
    if any('"' in line for line in body):
        return _quoted(body, separator)
    counts = pl.Series(body[1:], dtype=pl.String).str.count_matches(separator, literal=True)
    numbers = pl.int_range(1, len(body), eager=True)
    fits = (counts == width).fill_null(value=False)
    kept = (
        body[1:] if fits.all() else [line for line, fit in zip(body[1:], fits, strict=True) if fit]
    )
    frame = pl.read_csv(
        io.StringIO("\n".join([body[0], *kept])),
        separator=separator,
        infer_schema=False,
        quote_char=None,
    ).fill_null("")
    numbered = frame.rename(str.strip).with_columns(numbers.filter(fits).alias(ROW))
    return numbered, tuple(numbers.filter(~fits))


def _quoted(body: list[str], separator: str) -> tuple[pl.DataFrame, tuple[int, ...]]:
    rows = list(csv.reader(io.StringIO("\n".join(body)), delimiter=separator))
    header = [name.strip() for name in rows[0]]
    fitting = [(n, row) for n, row in enumerate(rows[1:], 1) if len(row) == len(header)]
    frame = pl.DataFrame(
        [row for _, row in fitting], schema=dict.fromkeys(header, pl.String), orient="row"
    )
    numbers = pl.Series(ROW, [n for n, _ in fitting], dtype=pl.Int64)
    others = tuple(n for n, row in enumerate(rows[1:], 1) if len(row) != len(header))
    return frame.with_columns(numbers), others


def broken_rows(frame: pl.DataFrame, checks: Mapping[tuple[str, str], pl.Expr]) -> list[Fault]:
    """Return the checks that some rows break."""
    broken = frame.select(
        pl.col(ROW),
        *(expr.fill_null(value=False).alias(str(n)) for n, expr in enumerate(checks.values())),
    )
    return [
        Fault(code, column, tuple(broken.filter(pl.col(str(n)))[ROW].to_list()))
        for n, (code, column) in enumerate(checks)
        if broken[str(n)].any()
    ]
