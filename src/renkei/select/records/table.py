"""Tables: each column held against its rules; answers are counts and row numbers, never values."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from renkei.errors import DataRefusedError
from renkei.select.metric import Metric
from renkei.select.records.fault import Checked, Fault, sum_up
from renkei.select.records.frame import ROW, broken_rows, frame_of, text_of
from renkei.select.records.rules import BadRulesError, Column, Rules, rules_beside

TABLES = frozenset({"TABLE"})
# ICD-10 (WHO, ICD-10-CM, and Japan's without the dot) and LOINC with its check digit's dash.
CODES = {
    "ICD-10": r"^[A-TV-Z]\d[0-9AB](?:\.?[0-9A-Z]{1,4})?$",
    "LOINC": r"^\d{1,7}-\d$",
}
LEAST_PER_SITE = 5
Tables = Callable[[str], pl.DataFrame]


def look(path: Path) -> Checked:
    """Check a table by the rules that lie beside it; without rules only its form."""
    try:
        rules = rules_beside(path) or Rules("")
        return check_text(text_of(path), rules, lambda name: _other(path.parent / name))
    except DataRefusedError as error:
        return Checked(0, (Fault(error.code),))


def check_text(text: str, rules: Rules, other: Tables | None = None) -> Checked:
    """Check the text of a table; `other` gives another table of the folder by its name."""
    lines = text.splitlines()
    header = next((line for line in lines if line.strip()), "")
    separator = "\t" if "\t" in header else ","
    names = [name.strip().strip('"') for name in header.split(separator)]
    if not header or len(set(names)) < len(names) or not all(names):
        return Checked(0, (Fault("bad_header"),))
    frame, ragged = frame_of(lines, separator)
    faults = [Fault("ragged_row", rows=ragged)] if ragged else []
    try:
        faults += check_frame(frame, rules, other)
    except pl.exceptions.ComputeError as error:
        raise BadRulesError("A pattern of the table's rules is no regular expression.") from error
    return Checked(len(frame) + len(ragged), tuple(faults))


def check_frame(frame: pl.DataFrame, rules: Rules, other: Tables | None = None) -> list[Fault]:
    """Return the faults of a frame of texts, by column and kind."""
    frame = frame.with_columns(pl.exclude(ROW).str.strip_chars())
    blank = pl.exclude(ROW).is_in(list(rules.missing))
    frame = frame.with_columns(pl.when(~blank).then(pl.exclude(ROW)).otherwise(None).name.keep())
    faults = [
        Fault("column_missing", column.name)
        for column in rules.column
        if column.name not in frame.columns
    ]
    checks = {
        (code, column.name): broken
        for column in rules.column
        if column.name in frame.columns
        for code, broken in _checks(column, rules, frame)
    }
    checks |= {
        ("order", f"{o.first} > {o.then}"): _instant(o.first, rules) > _instant(o.then, rules)
        for o in rules.order
        if {o.first, o.then} <= set(frame.columns)
    }
    faults += broken_rows(frame, checks)
    faults += _missing(frame, rules)
    return faults + list(_joins(frame, rules, other))


def _checks(column: Column, rules: Rules, frame: pl.DataFrame) -> Iterator[tuple[str, pl.Expr]]:
    cell = pl.col(column.name)
    number = cell.cast(pl.Float64, strict=False)
    said = cell.is_not_null()
    wrong_type = {
        "text": pl.lit(value=False),
        "integer": number.is_null() | (number % 1 != 0),
        "number": number.is_null() | ~number.is_finite(),
        "date": _day(cell).is_null(),
    }[column.type]
    yield "wrong_type", said & wrong_type
    if column.range:
        yield "out_of_range", ~number.is_between(*column.range)
    yield from _bands(column, rules, frame)
    if column.pattern:
        yield "wrong_pattern", said & ~cell.str.contains(rf"^(?:{column.pattern})$")
    if column.allowed:
        yield "not_allowed", said & ~cell.is_in(list(column.allowed))
    if column.code:
        yield "no_code", said & ~cell.str.contains(CODES[column.code])
    if column.unique:
        yield "repeated", said & cell.is_duplicated()
    if column.unit and column.unit_column in frame.columns:
        yield "wrong_unit", said & (pl.col(str(column.unit_column)).fill_null("") != column.unit)


def _bands(column: Column, rules: Rules, frame: pl.DataFrame) -> Iterator[tuple[str, pl.Expr]]:
    number = pl.col(column.name).cast(pl.Float64, strict=False)
    broken = [pl.lit(value=False)]
    for band in column.bands:
        who = pl.lit(value=True)
        if band.sex is not None:
            who &= pl.col(str(rules.sex)) == band.sex if rules.sex in frame.columns else False
        if band.least_age is not None or band.below_age is not None:
            known = rules.age in frame.columns
            age = pl.col(str(rules.age)).cast(pl.Float64, strict=False) if known else pl.lit(None)
            who &= age.is_between(
                band.least_age or 0, band.below_age or math.inf, closed="left"
            ).fill_null(value=False)
        broken.append(who & ~number.is_between(*band.range))
    yield "out_of_band", pl.any_horizontal(broken)


def _day(cell: pl.Expr) -> pl.Expr:
    return cell.str.slice(0, 10).str.replace_all("/", "-").str.to_date("%Y-%m-%d", strict=False)


def _instant(name: str, rules: Rules) -> pl.Expr:
    kinds = {column.name: column.type for column in rules.column}
    cell = pl.col(name)
    return cell.cast(pl.Float64, strict=False) if kinds.get(name) != "date" else _day(cell)


def _missing(frame: pl.DataFrame, rules: Rules) -> Iterator[Fault]:
    site = rules.missing_by if rules.missing_by in frame.columns else None
    for column in rules.column:
        if column.name not in frame.columns or column.missing_max >= 1:
            continue
        gone = frame.filter(pl.col(column.name).is_null())
        if len(gone) > column.missing_max * len(frame):
            yield Fault("too_many_missing", column.name, tuple(gone[ROW]))
        elif site:
            shares = frame.group_by(site).agg(
                pl.col(column.name).is_null().mean().alias("share"), pl.len().alias("n")
            )
            bad = shares.filter(
                (pl.col("share") > column.missing_max) & (pl.col("n") >= LEAST_PER_SITE)
            )[site]
            rows = gone.filter(pl.col(site).is_in(bad.to_list(), nulls_equal=True))[ROW]
            if len(rows):
                yield Fault("missing_at_site", column.name, tuple(rows))


def _joins(frame: pl.DataFrame, rules: Rules, other: Tables | None) -> Iterator[Fault]:
    for join in rules.join:
        if other is None or join.column not in frame.columns:
            continue
        there = other(join.table)
        if join.to not in there.columns:
            yield Fault("join_missing", join.column)
            continue
        known = there[join.to].str.strip_chars().unique().to_list()
        lost = frame.filter(pl.col(join.column).is_not_null() & ~pl.col(join.column).is_in(known))
        if len(lost):
            yield Fault("no_partner", join.column, tuple(lost[ROW]))


def _other(path: Path) -> pl.DataFrame:
    if not path.is_file():
        return pl.DataFrame()
    lines = text_of(path).splitlines()
    return frame_of(lines, "\t" if "\t" in lines[0] else ",")[0] if lines else pl.DataFrame()


METRIC = Metric("table", "share", TABLES, worse="high", sum_up=sum_up, look=look, aspect="content")
