"""Units: values to UCUM and the analyte's standard unit, the raw value and unit beside."""

from functools import partial

from renkei.preprocess.clinical.amounts import VERSIONED, standardise_amounts
from renkei.preprocess.clinical.as_step import standardised
from renkei.preprocess.clinical.seeds import seed_version
from renkei.preprocess.held import Kind, TableScan
from renkei.preprocess.step import Done, Param, Params, Step

NO_CODE = "-"


def units(scan: TableScan, params: Params) -> Done:
    """Return the table with numbers in standard units; a value without a rule becomes null.

    Raises:
        StepRefusedError: The table lacks a column, or was standardised before.
    """
    code = None if params["code"] == NO_CODE else params["code"]
    columns = {"value": params["value"], "unit": params["unit"], "code": code}
    return standardised(scan, params["unit"], partial(standardise_amounts, scan.frame, **columns))


STEP = Step(
    "units",
    params={
        "value": Param("text", "value"),
        "unit": Param("text", "unit"),
        "code": Param("text", NO_CODE),
    },
    run=units,
    version=f"1.{seed_version(*VERSIONED)}",
    on=Kind.TABLE,
)
