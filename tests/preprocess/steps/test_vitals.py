"""The step marks and changes nothing; many impossible values are shown to a person."""

import polars as pl
import pytest

from renkei.preprocess.held import TableScan
from renkei.preprocess.step import Finding, StepRefusedError
from renkei.preprocess.steps.vitals import STEP


def table(*values: float) -> TableScan:
    n = len(values)
    return TableScan(
        "x", pl.DataFrame({"code": ["8310-5"] * n, "value": values, "unit": ["Cel"] * n})
    )


def test_values_are_marked_by_their_range() -> None:
    done = STEP.run(table(36.5, 25.0), STEP.settle({}))
    assert done.scan.frame["value_range"].to_list() == ["plausible", "doubtful"]
    assert done.scan.frame["value"].to_list() == [36.5, 25.0]
    assert done.finding is Finding.ACCEPT


def test_degrees_fahrenheit_under_the_wrong_name_are_shown() -> None:
    done = STEP.run(table(97.7, 98.6, 36.5), STEP.settle({}))
    assert (done.measures["impossible"], done.code) == (2, "impossible_values")
    with pytest.raises(StepRefusedError):
        STEP.run(TableScan("x", pl.DataFrame({"a": ["1"]})), STEP.settle({}))
