"""Vitals: each value against a range with a source; doubtful and impossible ones are marked."""

from functools import partial

from renkei.preprocess import verdicts
from renkei.preprocess.clinical.as_step import attempt
from renkei.preprocess.clinical.seeds import seed_version
from renkei.preprocess.clinical.vitals import RANGE, Range, judge_ranges
from renkei.preprocess.held import Kind, TableScan
from renkei.preprocess.step import Done, Param, Params, Step


def vitals(scan: TableScan, params: Params) -> Done:
    """Return the table with a mark beside each value; no value is changed.

    Raises:
        StepRefusedError: The table lacks a column.
    """
    columns = {name: params[name] for name in ("value", "unit", "code")}
    made = attempt(partial(judge_ranges, scan.frame, **columns))
    marks = made[params["value"] + RANGE]
    measures: dict[str, float] = {"rows": made.height, "unjudged": marks.null_count()}
    measures |= {str(one): int((marks == one).sum()) for one in Range}
    finding, why = verdicts.plausibility(measures)
    return Done((TableScan(scan.layout, made),), measures, finding, why)


STEP = Step(
    "vitals",
    params={
        "value": Param("text", "value"),
        "unit": Param("text", "unit"),
        "code": Param("text", "code"),
    },
    run=vitals,
    version=f"1.{seed_version('ranges', 'analytes')}",
    on=Kind.TABLE,
)
