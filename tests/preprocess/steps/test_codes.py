"""The map is an input of the plan: its bytes stand in the record like those of the table."""

import polars as pl
import pytest

from renkei.preprocess.clinical.seeds import seed
from renkei.preprocess.held import TableScan
from renkei.preprocess.plan import parse_plan
from renkei.preprocess.run import run_plan
from renkei.preprocess.step import StepRefusedError
from renkei.preprocess.steps.codes import STEP

PLAN = """schema = "renkei.plan/1"
name = "labs"
version = "1"
results = ["done"]
[inputs.lab]
modality = "TABLE"
[inputs.map]
modality = "TABLE"
[[step]]
name = "codes"
input = "lab"
to = "map"
output = "coded"
params = { source = "jlac10", target = "jpclins" }
[[step]]
name = "dates"
input = "coded"
output = "dated"
[[step]]
name = "units"
input = "dated"
output = "done"
params = { code = "code" }
"""
LAB = pl.DataFrame(
    {
        "subject": ["a", "b"],
        "day": ["R5.6.1", "2024-01-01"],
        "code": ["3D010000002327101", "3D010"],
        "value": ["5.0", "5.0"],
        "unit": ["mmol/L", "mmol/L"],
    }
)


def test_a_plan_on_tables_runs_and_gives_the_same_bytes() -> None:
    scans = {"lab": TableScan("lab", LAB), "map": TableScan("map", seed("codes"))}
    ran = run_plan(parse_plan(PLAN), scans)
    frame = ran.scans["done"][0].frame
    assert frame["code"].to_list() == ["BS", None]
    assert frame["code_status"].to_list() == ["mapped", "ambiguous"]
    assert frame["day"].to_list() == ["2023-06-01", "2024-01-01"]
    assert frame["value"].to_list() == [pytest.approx(90.078), 5.0]
    assert set(ran.record["inputs"]) == {"lab", "map"}
    assert run_plan(parse_plan(PLAN), scans).made[0].data == ran.made[0].data


def test_a_map_without_citations_or_rows_is_refused() -> None:
    bare = seed("codes").with_columns(pl.lit("").alias("citation"))
    for table, params in [
        (bare, {"target": "jpclins"}),
        (seed("codes").drop("version"), {"target": "jpclins"}),
        (seed("codes"), {"target": "snomed"}),
    ]:
        with pytest.raises(StepRefusedError) as refusal:
            STEP.run(TableScan("lab", LAB), TableScan("map", table), STEP.settle(params))
        assert refusal.value.facts["code"] == "map_unusable"
