"""Days as hospitals write them, the Japanese calendar too, as ISO 8601 with their precision."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import polars as pl

from renkei.deid.dates import ERAS, BadDateError, parse_day
from renkei.preprocess.clinical.status import RAW, REASON, STATUS, VERSION, Status, judge_each, need

PRECISION = "_precision"
CALENDAR = "jp-eras-2019-05-01"
_ERA = r"(令和|平成|昭和|大正|明治|[RHSTM])"
_ERA_MONTH = re.compile(rf"{_ERA}\s?(元|\d{{1,2}})[年./-]\s?(\d{{1,2}})月?")
_ERA_YEAR = re.compile(rf"{_ERA}\s?(元|\d{{1,2}})年?")
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?")
_YEAR = re.compile(r"(\d{4})年?")
_BARE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{1,2}")
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_CLOCK = re.compile(r"(.+?)[T\s]\s*\d{1,2}:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")


class Dated(NamedTuple):
    """A day, month or year in ISO, how exact it is, and what became of the text."""

    iso: str | None
    precision: str | None
    status: Status
    reason: str | None


def read_day(written: str | None) -> Dated:
    """Return what a cell says; a time behind the day is left to the raw value.

    Years past the end of an era are counted on and flagged (`era_ended`); a day before its era
    began does not exist.
    """
    plain = unicodedata.normalize("NFKC", written or "").strip().upper()
    if not plain:
        return _none(Status.UNMAPPED, "day_missing")
    if found := _CLOCK.fullmatch(plain):
        plain = found.group(1).strip()
    if _BARE.fullmatch(plain):
        return _none(Status.AMBIGUOUS, "era_missing")
    if _SERIAL.fullmatch(plain):
        return _none(Status.AMBIGUOUS, "serial_number")
    try:
        day = parse_day(plain)
    except BadDateError:
        return _coarse(plain)
    return _in_era(plain, Dated(day.isoformat(), "day", Status.MAPPED, None), day, day)


def _coarse(plain: str) -> Dated:
    """Return a month or a year, where that is all that was written."""
    try:
        if found := _ERA_MONTH.fullmatch(plain):
            year, month = _year(found.group(1), found.group(2)), int(found.group(3))
        elif found := _MONTH.fullmatch(plain):
            year, month = int(found.group(1)), int(found.group(2))
        elif found := _ERA_YEAR.fullmatch(plain):
            year, month = _year(found.group(1), found.group(2)), 0
        elif found := _YEAR.fullmatch(plain):
            year, month = int(found.group(1)), 0
        else:
            return _none(Status.UNMAPPED, "no_day")
        first, last = date(year, month or 1, 1), date(year, month or 12, 28)
    except ValueError:
        return _none(Status.UNMAPPED, "no_day")
    iso = f"{year:04d}-{month:02d}" if month else f"{year:04d}"
    return _in_era(
        plain, Dated(iso, "month" if month else "year", Status.MAPPED, None), first, last
    )


def _in_era(plain: str, dated: Dated, first: date, last: date) -> Dated:
    """Check that some day from `first` to `last` lies in the era that was written."""
    for n, (name, letter, start) in enumerate(ERAS):
        if plain.startswith((name, letter)):
            if last < start:
                return _none(Status.UNMAPPED, "before_era")
            if n and first >= ERAS[n - 1][2]:
                return dated._replace(reason="era_ended")
    return dated


def _year(era: str, number: str) -> int:
    start = next(first for name, letter, first in ERAS if era in {name, letter})
    return start.year + (1 if number == "元" else int(number)) - 1


def _none(status: Status, reason: str) -> Dated:
    return Dated(None, None, status, reason)


def standardise_days(frame: pl.DataFrame, columns: Sequence[str] = ("day",)) -> pl.DataFrame:
    """Return the frame with ISO days; each column gets `_raw`, `_precision`, `_status` and so on.

    Raises:
        NoColumnError: A column is missing, or this was done before.
    """
    need(frame, *columns)
    made = frame
    for name in columns:
        raw = name + RAW
        made = made.rename({name: raw}).with_columns(pl.col(raw).cast(pl.String))
        kinds = dict.fromkeys((name, name + PRECISION, name + STATUS, name + REASON), pl.String)
        made = judge_each(made, [raw], read_day, kinds)
        made = made.with_columns(pl.lit(CALENDAR).alias(name + VERSION))
    return made
