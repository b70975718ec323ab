"""Standardised differences equal the formula; who is unchanged differs by nothing."""

import pytest

from renkei.select.balance import balance


def person(sex: str) -> dict[str, str]:
    return {"sex": sex, "age_band": "40-64", "site": "A", "model": "M"}


def test_nothing_changes_where_nobody_leaves() -> None:
    people = [person("F"), person("M")]
    assert {row.difference for row in balance(people, people, ages=([40, 60], [40, 60]))} <= {
        0,
        None,
    }


def test_a_shift_has_the_size_of_the_formula() -> None:
    before = [person("F")] * 50 + [person("M")] * 50
    rows = {
        (row.axis, row.value): row
        for row in balance(before, before[:75], ages=([40, 60] * 50, [50, 70] * 50))
    }
    # p = 1/2 and 2/3: (2/3 - 1/2) / sqrt((1/4 + 2/9) / 2)
    assert rows["sex", "F"].difference == pytest.approx(0.3430, abs=1e-4)
    assert rows["age", ""].difference == pytest.approx(1.0)
    assert rows["age_band", "40-64"].difference is None


def test_nobody_left_is_unknown_not_zero() -> None:
    rows = balance([person("F")], [], ages=([40], []))
    assert {(row.after, row.difference) for row in rows} == {(None, None)}
