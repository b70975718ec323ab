"""What became of a value: mapped, ambiguous or unmapped, why, and by which version of the map."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import polars as pl

from renkei.errors import DataRefusedError

RAW, STATUS, REASON, VERSION = "_raw", "_status", "_reason", "_map_version"


class Status(StrEnum):
    """Every value has one of three; none is dropped."""

    MAPPED = "mapped"
    AMBIGUOUS = "ambiguous"
    UNMAPPED = "unmapped"


class NoColumnError(DataRefusedError):
    """The table lacks a column that the map needs, or was mapped already."""


def judge_each(
    frame: pl.DataFrame,
    columns: Sequence[str],
    judge: Callable[..., tuple[Any, ...]],
    made: Mapping[str, Any],
) -> pl.DataFrame:
    """Return the frame with columns `made` (name: type): `judge` of each distinct row, joined back.

    A million rows hold a few thousand distinct values, so the judge may be slow.
    """
    distinct = frame.select(columns).unique(maintain_order=True)
    rows = [judge(*row) for row in distinct.iter_rows()]
    found = distinct.hstack(pl.DataFrame(rows, schema=dict(made), orient="row"))
    return frame.join(found, on=list(columns), how="left", nulls_equal=True, maintain_order="left")


def need(frame: pl.DataFrame, *replaced: str, also: Sequence[str] = ()) -> None:
    """Refuse a frame without these columns, or one in which the raw of a replaced one stands.

    Raises:
        NoColumnError: A column is missing, or the table was standardised before.
    """
    for name in (*replaced, *also):
        if name not in frame.columns:
            raise NoColumnError(f"The table has no column {name!r}; name it in the layout.")
    for name in replaced:
        if name + RAW in frame.columns:
            raise NoColumnError(f"The column {name!r} was standardised before; start from the raw.")


def shares(frame: pl.DataFrame, column: str) -> dict[str, float]:
    """Return rows, shares and counts by status and reason of a standardised column, as measures."""
    status = frame[column + STATUS]
    measures: dict[str, float] = {"rows": frame.height}
    for one in Status:
        measures[str(one)] = int((status == one).sum())
    measures["mapped_share"] = round(measures[Status.MAPPED] / max(frame.height, 1), 6)
    for reason, count in frame[column + REASON].drop_nulls().value_counts(sort=True).iter_rows():
        measures[f"because_{reason}"] = count
    return measures
