"""The journal's rules."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.market.journal import (
    LARGEST,
    Line,
    UnbalancedError,
    checked,
    distribution,
    invoice,
    payment,
    payout,
    reversed_lines,
    withdrawal,
)

PARTS = st.dictionaries(st.sampled_from("ABCDE"), st.integers(0, 10**9), max_size=5)


@given(st.integers(0, 10**9), st.integers(0, 10**8), PARTS)
def test_every_kind_of_entry_sums_to_zero(net: int, tax: int, parts: dict[str, int]) -> None:
    for lines in (
        invoice("org", "L", net, tax, 10),
        payment("org", net),
        distribution("L", parts),
        payout(parts),
        withdrawal("L", "A", net),
    ):
        assert sum(line.amount for line in lines) == 0


def test_a_fee_that_was_paid_distributed_and_paid_out_leaves_only_the_tax() -> None:
    parts = {"A": 400_000, "B": 300_000, "platform": 300_000}
    accounts: Counter[str] = Counter()
    for lines in (
        invoice("org", "L", 1_000_000, 100_000, 10),
        payment("org", 1_100_000),
        distribution("L", parts),
        payout(parts),
    ):
        accounts.update({line.account: 0 for line in lines})
        for line in lines:
            accounts[line.account] += line.amount
    assert {k: v for k, v in accounts.items() if v} == {"bank": 100_000, "tax:10": -100_000}


def test_a_reversal_undoes_every_line() -> None:
    lines = invoice("org", "L", 100, 10, 10)
    assert checked([*lines, *reversed_lines(lines)])
    assert {(x.account, -x.amount) for x in lines} == {
        (x.account, x.amount) for x in reversed_lines(lines)
    }


@pytest.mark.parametrize(
    "lines",
    [
        [Line("a", 1)],
        [Line("a", 1), Line("b", -2)],
        [Line("a", 1, "USD"), Line("b", -1, "USD")],
        [Line("a", LARGEST + 1), Line("b", -LARGEST - 1)],
    ],
)
def test_what_does_not_balance_is_refused(lines: list[Line]) -> None:
    with pytest.raises(UnbalancedError):
        checked(lines)
