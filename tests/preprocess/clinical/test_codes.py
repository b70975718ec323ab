"""n:1 is taken, 1:n never, a JLAC10 code without its method stays ambiguous."""

import polars as pl
import pytest

from renkei.preprocess.clinical.codes import (
    COLUMNS,
    BadMapError,
    check_codes,
    find_code,
    make_map,
    seed_map,
    standardise_codes,
)
from renkei.preprocess.clinical.coverage import card_lines, coverage, reasons
from renkei.preprocess.clinical.status import NoColumnError


def rows(*pairs, cites="a table") -> pl.DataFrame:
    said = [("jlac10", a, "loinc", b, relation, "1", cites) for a, b, relation in pairs]
    return pl.DataFrame(said, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def test_many_to_one_is_taken_and_one_to_many_is_not() -> None:
    made = make_map(
        rows(
            ("3C015000002327101", "2160-0", "equivalent"),
            ("3C015000002399901", "2160-0", "equivalent"),
            ("3D010000002327101", "2345-7", "equivalent"),
            ("3D010000002327101", "1558-6", "equivalent"),
            ("3F077000002327101", "13457-7", "wider"),
        ),
        "jlac10",
        "loinc",
    )
    assert find_code(made, "3C015000002327101") == ("2160-0", "mapped", None)
    assert find_code(made, "3C015-0000-023-999-01") == ("2160-0", "mapped", None)
    assert find_code(made, "3D010000002327101") == (None, "ambiguous", "several_targets")
    assert find_code(made, "3F077000002327101") == (None, "ambiguous", "not_equivalent")


@pytest.mark.parametrize(
    ("written", "status", "why"),
    [
        ("3D0100000023", "ambiguous", "method_missing"),
        ("3D010", "ambiguous", "method_missing"),
        ("3D0100000023271", "ambiguous", "method_missing"),
        ("3D010000002355501", "ambiguous", "method_unknown"),
        ("3D010000099927101", "unmapped", "code_unknown"),
        ("9Z999000099927101", "unmapped", "code_unknown"),
        ("glucose", "unmapped", "no_code"),
        ("", "unmapped", "code_missing"),
        (None, "unmapped", "code_missing"),
    ],
)
def test_a_near_code_is_ambiguous_and_never_guessed(written, status, why) -> None:
    assert find_code(seed_map("jlac10", "jpclins"), written) == (None, status, why)


def test_full_width_codes_are_read() -> None:
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in "3D010000002327101")
    assert find_code(seed_map("jlac10", "jpclins"), f"{wide}\u3000")[0] == "BS"


def test_a_row_that_cites_nothing_is_refused() -> None:
    with pytest.raises(BadMapError):
        make_map(rows(("3C015000002327101", "2160-0", "equivalent"), cites=" "), "jlac10", "loinc")
    with pytest.raises(BadMapError):
        make_map(rows(("3C015000002327101", "2160-0", "same")), "jlac10", "loinc")


def test_standard_codes_are_checked_by_form_or_by_the_owners_table() -> None:
    table = pl.DataFrame({"code": ["2160-0", "2160-1", "1742-6", "x"]})
    by_form = check_codes(table, "loinc", None)
    assert by_form["code_status"].to_list() == ["mapped", "unmapped", "mapped", "unmapped"]
    assert by_form["code_map_version"][0] == "loinc-form"
    known = check_codes(table, "loinc", frozenset({"2160-0"}))
    assert known["code_reason"].to_list() == [None, "no_code", "code_unknown", "no_code"]
    icd = check_codes(pl.DataFrame({"code": ["C34.1", "c341", "S72.001A"]}), "icd10", None)
    assert icd["code"].to_list() == ["C341", "C341", None]  # the last is ICD-10-CM


def test_nothing_is_dropped_and_coverage_adds_up_by_site() -> None:
    table = pl.DataFrame(
        {
            "site": ["A", "A", "B", "B", None],
            "code": ["3D010000002327101", "3D010", "3C015000002327101", "none", None],
        }
    )
    made = standardise_codes(table, seed_map("jlac10", "jpclins"))
    assert made["code_raw"].to_list() == table["code"].to_list()
    assert made["code"].to_list() == ["BS", None, "Cre", None, None]
    found = coverage(made, "code", by="site")
    assert (found["mapped"] + found["ambiguous"] + found["unmapped"]).equals(found["rows"])
    assert found.filter(pl.col("site") == "all").row(0) == ("code", "all", 5, 2, 1, 2, 0.4)
    assert found.filter(pl.col("site") == "A")["mapped_share"].item() == 0.5
    assert reasons(made, "code", by="site")["rows"].sum() == 3
    assert [line["site"] for line in card_lines({"measurement": made})] == ["", "A", "B", "all"]


def test_a_table_is_not_standardised_twice() -> None:
    made = standardise_codes(pl.DataFrame({"code": ["x"]}), seed_map("jlac10", "jpclins"))
    with pytest.raises(NoColumnError):
        standardise_codes(made, seed_map("jlac10", "jpclins"))
