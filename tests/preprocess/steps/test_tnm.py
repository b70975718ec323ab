"""The step parts TNM and keeps the edition; without one it counts the stage as ambiguous."""

import polars as pl
import pytest

from renkei.preprocess.held import TableScan
from renkei.preprocess.step import StepRefusedError
from renkei.preprocess.steps.tnm import STEP


def test_stages_are_parted_by_their_edition() -> None:
    table = pl.DataFrame({"tnm": ["cT2aN1M0", "ypT0N0cM0", "IIIA"], "ed": ["8", None, "8"]})
    done = STEP.run(TableScan("x", table), STEP.settle({"edition": "ed"}))
    frame = done.scan.frame
    assert frame["tnm_t"].to_list() == ["2a", "0", None]
    assert frame["tnm_edition"].to_list() == ["8", None, "8"]
    assert frame["tnm_status"].to_list() == ["mapped", "ambiguous", "unmapped"]
    assert frame["tnm_raw"].to_list() == table["tnm"].to_list()
    without = STEP.run(TableScan("x", table), STEP.settle({}))
    assert without.measures["because_edition_missing"] == 2


def test_a_table_without_the_column_is_refused() -> None:
    with pytest.raises(StepRefusedError):
        STEP.run(TableScan("x", pl.DataFrame({"a": ["1"]})), STEP.settle({}))
