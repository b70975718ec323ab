"""Dates: the Japanese calendar and other spellings to ISO 8601, with their precision."""

from functools import partial

from renkei.preprocess.clinical.as_step import standardised
from renkei.preprocess.clinical.eras import standardise_days
from renkei.preprocess.held import Kind, TableScan
from renkei.preprocess.step import Done, Param, Params, Step


def dates(scan: TableScan, params: Params) -> Done:
    """Return the table with ISO days in one column; a day that does not exist becomes null.

    Raises:
        StepRefusedError: The table lacks the column, or it was standardised before.
    """
    day = params["day"]
    return standardised(scan, day, partial(standardise_days, scan.frame, [day]))


STEP = Step("dates", params={"day": Param("text", "day")}, run=dates, on=Kind.TABLE)
