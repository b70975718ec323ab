"""Values to the analyte's unit; what is no number or has no rule is null, its raw stays."""

import polars as pl
import pytest

from renkei.preprocess.clinical.amounts import standardise_amounts
from renkei.preprocess.clinical.diseases import mark_suspicions
from renkei.preprocess.clinical.vitals import judge_ranges


def test_values_go_to_the_unit_of_what_was_measured() -> None:
    table = pl.DataFrame(
        {
            "code": ["BS", "BS", "Cre", "2345-7", "14749-6", "TG", "PLT", "HbA1c-NGSP", "K", None],
            "value": ["100", "5.5507", "88.4", "5", "90", "1.3", "250", "48", "4.1", "７．５"],
            "unit": [
                *("mg/dl", "mmol/L", "umol/L", "mmol/L", "mg/dL"),
                *("mmol/L", "10^3/uL", "mmol/mol", "mmol/L", "mg/dL"),
            ],
        }
    )
    made = standardise_amounts(table, code="code")
    expected = [100.0, 100.0, 1.0, 90.078, 4.995670419, None, 25.0, None, None, 7.5]
    for found, wanted in zip(made["value"], expected, strict=True):
        assert found == (None if wanted is None else pytest.approx(wanted, rel=1e-4))
    assert made["unit_reason"].to_list() == [None] * 5 + [
        "molar_mass_needed",  # triglycerides have no one molar mass
        None,
        "dimension_differs",
        "valence_needed",
        None,
    ]
    assert made["unit"].to_list()[:3] == ["mg/dL"] * 3
    assert made["value_raw"].to_list() == table["value"].to_list()
    assert made["unit_raw"].to_list() == table["unit"].to_list()


def test_a_comparator_is_kept_and_text_is_no_number() -> None:
    table = pl.DataFrame(
        {
            "value": ["<0.1", "≧ 200", "陽性", "", None, "1,234", "1.2e3", "-3"],
            "unit": ["mg/dL"] * 8,
        }
    )
    made = standardise_amounts(table)
    assert made["value"].to_list() == [0.1, 200.0, None, None, None, None, 1200.0, -3.0]
    assert made["comparator"].to_list()[:3] == ["<", ">=", None]
    assert made["unit_reason"].to_list() == [
        None,
        None,
        "value_no_number",
        "value_missing",
        "value_missing",
        "value_no_number",
        None,
        None,
    ]


def test_ranges_mark_and_change_nothing() -> None:
    table = pl.DataFrame(
        {
            "code": ["8310-5", "8310-5", "8310-5", "8310-5", "BS", "none"],
            "value": [36.5, 25.0, 97.7, None, 1.0, 5.0],
            "unit": ["Cel", "Cel", "Cel", "Cel", "mmol/L", "Cel"],
        }
    )
    made = judge_ranges(table)
    marks = ["plausible", "doubtful", "impossible", None, None, None]
    assert made["value_range"].to_list() == marks
    assert made.select(table.columns).equals(table)


def test_a_suspicion_stands_apart_from_the_diagnosis() -> None:
    table = pl.DataFrame(
        {
            "name": ["肺癌の疑い", "肺癌", "肺癌", "胃癌疑"],
            "modifiers": ["", "8002,1234", "1234", None],
        }
    )
    made = mark_suspicions(table)
    assert made["suspected"].to_list() == [True, True, False, True]
    assert made["modifiers"].to_list() == [None, "1234", "1234", None]
    assert made["modifiers_raw"].to_list() == table["modifiers"].to_list()
