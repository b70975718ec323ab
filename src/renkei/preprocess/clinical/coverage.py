"""How much of a table was mapped, by site: what a dataset's card shows."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from renkei.errors import DataRefusedError
from renkei.preprocess.clinical.status import REASON, STATUS, Status

EVERYWHERE = "all"
FILE = "coverage.csv"
COUNTS = ("rows", *map(str, Status))
COLUMNS = frozenset({"table", "column", "site", *COUNTS, "mapped_share"})
MOST_LINES = 10_000


class BadCoverageError(DataRefusedError):
    """The file is no table of coverage."""


def coverage(frame: pl.DataFrame, column: str, *, by: str | None = None) -> pl.DataFrame:
    """Return rows, mapped, ambiguous, unmapped and the mapped share of a standardised column.

    One row per value of `by`, such as the site, and one for all; rows = the sum of the three.
    """
    status = column + STATUS
    counts = [(pl.col(status) == one).sum().cast(pl.Int64).alias(str(one)) for one in Status]
    whole = frame.select(
        pl.lit(EVERYWHERE).alias("site"), pl.len().cast(pl.Int64).alias("rows"), *counts
    )
    if by is not None:
        site = pl.col(by).cast(pl.String).fill_null("").alias("site")
        each = frame.group_by(site).agg(pl.len().cast(pl.Int64).alias("rows"), *counts)
        whole = pl.concat([each.sort("site"), whole])
    share = (pl.col(Status.MAPPED) / pl.col("rows")).fill_nan(None).alias("mapped_share")
    return whole.select(pl.lit(column).alias("column"), pl.all(), share)


def reasons(frame: pl.DataFrame, column: str, *, by: str | None = None) -> pl.DataFrame:
    """Return how often each reason stands in a standardised column, by site."""
    site = pl.col(by).cast(pl.String).fill_null("") if by else pl.lit(EVERYWHERE)
    return (
        frame.filter(pl.col(column + REASON).is_not_null())
        .group_by(
            pl.lit(column).alias("column"),
            site.alias("site"),
            pl.col(column + STATUS).alias("status"),
            pl.col(column + REASON).alias("reason"),
        )
        .agg(pl.len().cast(pl.Int64).alias("rows"))
        .sort("site", "rows", "reason", descending=[False, True, False])
    )


def card_lines(tables: Mapping[str, pl.DataFrame], *, by: str = "site") -> list[dict[str, object]]:
    """Return the lines of a dataset's card: per table and standardised column, coverage by site."""
    lines: list[dict[str, object]] = []
    for table, frame in sorted(tables.items()):
        for name in sorted(n.removesuffix(STATUS) for n in frame.columns if n.endswith(STATUS)):
            found = coverage(frame, name, by=by if by in frame.columns else None)
            lines += [{"table": table, **row} for row in found.iter_rows(named=True)]
    return lines


def read_card_lines(folder: Path) -> list[dict[str, object]]:
    """Return the lines that `renkei preprocess map` wrote into a folder; `site` None for all.

    Raises:
        BadCoverageError: There are none.
    """
    try:
        frame = pl.read_csv(folder / FILE, n_rows=MOST_LINES)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise BadCoverageError(f"Name a folder of `renkei preprocess map`: {FILE}.") from error
    if not set(frame.columns) >= COLUMNS or not all(frame[n].dtype.is_integer() for n in COUNTS):
        raise BadCoverageError(f"{FILE} lacks a column; write it again by `renkei preprocess map`.")
    everywhere = pl.col("site").replace(EVERYWHERE, None)
    return list(frame.with_columns(everywhere).iter_rows(named=True))
