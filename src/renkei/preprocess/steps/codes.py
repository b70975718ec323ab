"""Codes: to standard codes by a map, the raw code beside; 1:n and near matches are not taken."""

from functools import partial

import polars as pl

from renkei.preprocess.clinical.as_step import standardised
from renkei.preprocess.clinical.codes import BadMapError, make_map, standardise_codes
from renkei.preprocess.held import Kind, TableScan
from renkei.preprocess.step import Done, Param, Params, Step, StepRefusedError, Takes


def codes(scan: TableScan, by: TableScan, params: Params) -> Done:
    """Return the table with standard codes; `by` is the map, an input like any other.

    Raises:
        StepRefusedError: The map lacks a column or a citation, or the table its codes.
    """
    rows = by.frame.with_columns(pl.all().cast(pl.String))
    try:
        found = make_map(rows, params["source"], params["target"])
    except BadMapError as error:
        raise StepRefusedError(error.sentence, code="map_unusable") from error
    if not found.targets:
        raise StepRefusedError(
            "The map leads from no such system to no such target.", code="map_unusable"
        )
    code = params["code"]
    return standardised(scan, code, partial(standardise_codes, scan.frame, found, code=code))


STEP = Step(
    "codes",
    params={
        "code": Param("text", "code"),
        "source": Param("text", "jlac10"),
        "target": Param("text", "loinc"),
    },
    run=codes,
    takes=Takes.PAIR,
    on=Kind.TABLE,
)
