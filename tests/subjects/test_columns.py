"""Cells are judged by the type of their column; check digits are counted."""

import pytest

from renkei.subjects.columns import CodeSystem, Column, ColumnType, Fault, fault_of, guess, is_code


@pytest.mark.parametrize(
    ("kind", "value", "fault"),
    [
        (ColumnType.NUMBER, "12.5", None),
        (ColumnType.NUMBER, "１２．５", None),
        (ColumnType.NUMBER, "<0.5", None),
        (ColumnType.NUMBER, "≧ 100", None),
        (ColumnType.NUMBER, "1e3", None),
        (ColumnType.NUMBER, "12,5", Fault.NO_NUMBER),
        (ColumnType.NUMBER, "陽性", Fault.NO_NUMBER),
        (ColumnType.DATE, "2021-03-04", None),
        (ColumnType.DATE, "2021/3/4 09:00", None),
        (ColumnType.DATE, "20210304", None),
        (ColumnType.DATE, "2021-02-30", Fault.NO_DATE),
        (ColumnType.DATE, "令和3年", Fault.NO_DATE),
        (ColumnType.TEXT, "陽性", None),
        (ColumnType.IGNORED, "?", None),
        (ColumnType.DATE, " ", None),
    ],
)
def test_a_cell_fits_its_type_or_not(kind, value, fault):
    assert fault_of(Column("x", kind), value) == fault
    required = Fault.EMPTY if not value.strip() else fault
    assert fault_of(Column("x", kind, required=True), value) == required


@pytest.mark.parametrize(
    ("system", "good", "bad"),
    [
        ("icd10", ["C22.0", "E119", "C22"], ["C2", "22.0", "肝癌"]),
        ("jlac10", ["3D046000001906202", "3D046-0000-019-062-02"], ["3D0460000019062", "HbA1c"]),
        ("yj", ["1124017F2054"], ["1124017F205", "1124017f2054"]),
        ("hot", ["1010010", "101001001", "1010010010101"], ["10100", "101001001x"]),
        ("loinc", ["4548-4", "718-7"], ["4548-5", "4548"]),
        ("snomed", ["10200004", "108369006"], ["10200005", "108369060", "12"]),
    ],
)
def test_codes_have_the_form_of_their_system(system, good, bad):
    assert all(is_code(CodeSystem(system), code) for code in good)
    assert not any(is_code(CodeSystem(system), code) for code in bad)


def test_a_guess_is_made_by_the_cells():
    rows = [["P1", "2021-01-02", "3", ""], ["P1", "2021/01/05", "<4", "x"]]
    found = guess(["a", "b", "c", "d"], rows, "P1")
    assert [column.type.value for column in found] == ["subject", "date", "number", "text"]
