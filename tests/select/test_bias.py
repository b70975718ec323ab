"""Intervals and corrections equal the published ones; a trifle or a chance warns nobody."""

import numpy as np
import pytest

from renkei.select.bias import Group, holm, share_of, warnings_of


def group(value: str, excluded: int, of: int, *, axis: str = "site") -> Group:
    share = share_of(excluded, of)
    return Group(axis, value, share, share)


def test_the_interval_is_wilsons() -> None:
    # Newcombe 1998, Statistics in Medicine 17: 857-872, table I, 81 of 263 and 15 of 148.
    found = [share_of(81, 263), share_of(15, 148), share_of(0, 20)]
    assert [s.low for s in found] == pytest.approx([0.2553, 0.0624, 0.0], abs=1e-4)
    assert [s.high for s in found] == pytest.approx([0.3662, 0.1605, 0.1611], abs=1e-4)
    assert (share_of(0, 0).low, share_of(0, 0).high) == (0.0, 1.0)


def test_holm_equals_the_textbook() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


def test_a_rule_that_takes_one_site_warns_of_that_site_alone() -> None:
    rows = [("ct_noise", [group("A", 2, 40), group("B", 30, 40), group("C", 3, 40)])]
    found = warnings_of(rows)
    assert {(w.rule, w.axis, w.value) for w in found} == {("ct_noise", "site", "B")}
    assert found[0].share == 0.75
    assert found[0].others == pytest.approx(5 / 80)
    assert found[0].p < 1e-9


def test_a_trifle_is_no_warning_however_many_there_are() -> None:
    assert warnings_of([("r", [group("A", 6000, 100_000), group("B", 5000, 100_000)])]) == []


def test_few_patients_are_no_warning_however_far_apart() -> None:
    assert warnings_of([("r", [group("A", 2, 3), group("B", 0, 3)])]) == []


def test_chance_alone_warns_in_at_most_one_report_of_twenty() -> None:
    random = np.random.default_rng(0)
    false = 0
    for _ in range(30):
        rows = [
            (f"r{i}", [group(v, int(random.binomial(40, 0.3)), 40) for v in "ABCD"])
            for i in range(4)
        ]
        false += bool(warnings_of(rows))
    assert false <= 4
