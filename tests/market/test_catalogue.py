"""Counts that may be shown, attacked."""

import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from renkei.market.catalogue import (
    HIDDEN,
    TOTAL,
    Cell,
    KeyTooShortError,
    Shown,
    rounded,
    safe_table,
    with_margins,
)

KEY = bytes(range(32))
TABLES = st.dictionaries(
    st.tuples(st.sampled_from("ABC"), st.sampled_from("xyz")),
    st.integers(0, 60),
    min_size=4,
    max_size=9,
)


@given(TABLES)
def test_no_count_under_ten_is_shown_and_the_rest_is_rounded(counts: dict[Cell, int]) -> None:
    shown = safe_table(counts, KEY, name="t")
    for cell, count in with_margins(counts).items():
        value = shown[cell]
        if count < 10:
            assert value == HIDDEN
        elif isinstance(value, int):
            assert value % 10 == 0
            assert abs(value - count) < 10


@given(TABLES)
def test_the_same_table_is_shown_the_same_way_twice(counts: dict[Cell, int]) -> None:
    assert safe_table(counts, KEY, name="t") == safe_table(counts, KEY, name="t")


def attack(counts: dict[Cell, int], tables: list[Shown]) -> int:
    """Return the smallest range of values that any hidden count under 10 is left with."""
    full = with_margins(counts)
    cells = [cell for cell in full if TOTAL not in cell]
    rows, limits = [], []
    for shown in tables:
        for cell, value in shown.items():
            if isinstance(value, int):
                over = np.array(
                    [float(cell[0] in {TOTAL, c[0]} and cell[1] in {TOTAL, c[1]}) for c in cells]
                )
                rows += [over, -over]
                limits += [value + 9, 9 - value]
    ranges = []
    for index, cell in enumerate(cells):
        if full[cell] >= 10:
            continue
        goal = np.zeros(len(cells))
        goal[index] = 1
        found = [
            linprog(sign * goal, A_ub=np.array(rows) if rows else None, b_ub=limits or None)
            for sign in (1, -1)
        ]
        low = found[0].fun
        high = 10**6 if found[1].status == 3 else -found[1].fun
        ranges.append(int(np.floor(high + 1e-6)) - int(np.ceil(low - 1e-6)) + 1)
    return min(ranges, default=10)


@settings(max_examples=25, deadline=None)
@given(TABLES)
@example({("A", "x"): 0, ("A", "y"): 12, ("B", "x"): 0, ("C", "x"): 1})
def test_no_small_count_can_be_pinned_below_ten_values(counts: dict[Cell, int]) -> None:
    assert attack(counts, [safe_table(counts, KEY, name="t")]) >= 10


@settings(max_examples=15, deadline=None)
@given(TABLES)
def test_a_newcomer_moves_nothing_that_is_shown(counts: dict[Cell, int]) -> None:
    first = safe_table(counts, KEY, name="t")
    cell = min(counts)
    grown = {**counts, cell: counts[cell] + 1}
    assert safe_table(grown, KEY, name="t", previous=(counts, first)) == first


def test_a_cell_that_grew_by_ten_is_shown_anew() -> None:
    counts = {("A", "x"): 50, ("A", "y"): 40, ("B", "x"): 30, ("B", "y"): 20}
    first = safe_table(counts, KEY, name="t")
    grown = {**counts, ("A", "x"): 70}
    assert safe_table(grown, KEY, name="t", previous=(counts, first)) != first


def test_where_the_step_lies_depends_on_the_secret_key() -> None:
    keys = [bytes([n]) * 32 for n in range(40)]
    assert {rounded(55, key, "c") for key in keys} == {50, 60}
    assert {rounded(50, key, "c") for key in keys} == {50}
    steps = [rounded(n, KEY, "c") for n in range(100)]
    assert all(a <= b for a, b in itertools.pairwise(steps))
    with pytest.raises(KeyTooShortError):
        safe_table({}, b"short", name="t")
