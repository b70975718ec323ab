"""The step turns the Japanese calendar into ISO and counts what is no day."""

import polars as pl
import pytest

from renkei.preprocess.held import TableScan
from renkei.preprocess.step import StepRefusedError
from renkei.preprocess.steps.dates import STEP


def test_days_are_read_and_the_others_counted() -> None:
    days = ["昭和64年1月7日", "平成1年1月7日", "05/6/1", "令和5年6月"]
    done = STEP.run(TableScan("x", pl.DataFrame({"when": days})), STEP.settle({"day": "when"}))
    frame = done.scan.frame
    assert frame["when"].to_list() == ["1989-01-07", None, None, "2023-06"]
    assert frame["when_precision"].to_list() == ["day", None, None, "month"]
    assert frame["when_raw"].to_list() == days
    assert [done.measures[n] for n in ("mapped", "ambiguous", "unmapped")] == [2, 1, 1]
    assert done.measures["because_before_era"] == 1


def test_a_table_without_the_column_is_refused() -> None:
    with pytest.raises(StepRefusedError):
        STEP.run(TableScan("x", pl.DataFrame({"a": ["1"]})), STEP.settle({}))
