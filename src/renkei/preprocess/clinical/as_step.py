"""What the steps on tables share: a missing column refuses, the rest is counted and judged."""

from collections.abc import Callable

import polars as pl

from renkei.preprocess import verdicts
from renkei.preprocess.clinical.status import NoColumnError, shares
from renkei.preprocess.held import TableScan
from renkei.preprocess.step import Done, StepRefusedError


def attempt(make: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    """Return what `make` makes.

    Raises:
        StepRefusedError: The table lacks a column, or was standardised before.
    """
    try:
        return make()
    except NoColumnError as error:
        raise StepRefusedError(error.sentence, code="columns_missing") from error


def standardised(scan: TableScan, column: str, make: Callable[[], pl.DataFrame]) -> Done:
    """Return the table that `make` makes, with the shares of a column and the verdict on them.

    Raises:
        StepRefusedError: The table lacks a column, or was standardised before.
    """
    made = attempt(make)
    measures = shares(made, column)
    finding, code = verdicts.mapping(measures)
    return Done((TableScan(scan.layout, made),), measures, finding, code)
