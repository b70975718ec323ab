"""Which day each scan of a time series on disk was taken, counted from the first."""

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from renkei.errors import DataRefusedError
from renkei.imaging.dicom import read_header
from renkei.select.case import is_nifti

TABLE = "days.csv"
MOST_BYTES = 100_000
MOST_DAYS = 100_000


class BadDaysError(DataRefusedError):
    """The days of a time series cannot be read, or contradict its order."""


def read_days(path: Path, scans: Sequence[str]) -> list[int]:
    """Return the day of each scan by its name, as a table says.

    Raises:
        BadDaysError: The table is no table of days, or lacks a scan.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file.read(MOST_BYTES).splitlines())
            found = {row["scan"].strip(): int(row["day"]) for row in rows}
            return [found[name] for name in scans]
    except (KeyError, ValueError, AttributeError, TypeError, csv.Error) as error:
        raise BadDaysError(
            f"{TABLE} has a line `scan,day` and one for each scan, such as `2,180`.",
            code="days_unreadable",
        ) from error


def count_days(
    scans: Sequence[Sequence[Path]], stated: Sequence[int] | None
) -> list[int] | list[None]:
    """Return the days since the first scan: as stated, else by the study dates of DICOM files.

    Where one of them has no date, none has a day.

    Raises:
        BadDaysError: A scan was taken before the one that is named before it.
    """
    days = [_study_day(files[0]) for files in scans] if stated is None else list(stated)
    known = [day for day in days if day is not None]
    if len(known) < len(days):
        return [None] * len(days)
    if known != sorted(known) or known[-1] - known[0] > MOST_DAYS:
        raise BadDaysError(
            "The scans of a time series are named in the order of their dates; rename them.",
            code="times_out_of_order",
        )
    return [day - known[0] for day in known]


def _study_day(file: Path) -> int | None:
    if is_nifti(file):
        return None
    said = str(read_header(file, with_pixels=False).get("StudyDate") or "")
    try:
        return datetime.strptime(said, "%Y%m%d").toordinal()  # noqa: DTZ007  a date has no zone
    except ValueError:
        return None
