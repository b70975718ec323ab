"""The step writes UCUM beside the raw, counts every value and refuses a table without columns."""

import polars as pl
import pytest

from renkei.preprocess.held import TableScan
from renkei.preprocess.step import Finding, StepRefusedError
from renkei.preprocess.steps.units import STEP

TABLE = TableScan(
    "lab",
    pl.DataFrame(
        {"item": ["BS", "BS", "TG"], "value": ["100", "5", "1"], "unit": ["mg/dl", "mmol/L", "COI"]}
    ),
)


def test_values_go_to_one_unit_and_all_are_counted() -> None:
    done = STEP.run(TABLE, STEP.settle({"code": "item"}))
    assert done.scan.frame["value"].to_list() == [100.0, pytest.approx(90.078), None]
    assert done.scan.frame["unit_raw"].to_list() == TABLE.frame["unit"].to_list()
    counts = [done.measures[name] for name in ("mapped", "ambiguous", "unmapped")]
    assert (counts, sum(counts)) == ([2, 0, 1], done.measures["rows"])
    assert done.measures["because_unit_unknown"] == 1
    assert done.finding is Finding.ACCEPT


def test_little_mapped_is_looked_at_and_a_second_time_refused() -> None:
    odd = TableScan("lab", pl.DataFrame({"value": ["1", "2", "x"], "unit": ["COI", "mg", "mg"]}))
    done = STEP.run(odd, STEP.settle({}))
    assert (done.finding, done.code) == (Finding.REVIEW, "little_mapped")
    for table in (done.scan, TableScan("lab", pl.DataFrame({"value": ["1"]}))):
        with pytest.raises(StepRefusedError) as refusal:
            STEP.run(table, STEP.settle({}))
        assert refusal.value.facts["code"] == "columns_missing"
