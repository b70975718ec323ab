"""Fees, to the yen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.market.settle import (
    NoWeightError,
    Rule,
    SharesRefusedError,
    SiteShare,
    largest_remainder,
    patient_part,
    split_fee,
    tax,
)

PATIENTS = {
    "H1": (412, 100),
    "H2": (288, 110),
    "H3": (151, 100),
    "H4": (97, 90),
    "H5": (43, 100),
    "H6": (9, 100),
    "H7": (3, 120),
}
YEN = {
    "H1": 281_999,
    "H2": 216_838,
    "H3": 103_354,
    "H4": 59_753,
    "H5": 29_432,
    "H6": 6_160,
    "H7": 2_464,
}
SITES = {key: SiteShare(n, quality, 7_000) for key, (n, quality) in PATIENTS.items()}
WEIGHTS = st.dictionaries(st.text(max_size=4), st.integers(0, 10**6), min_size=1, max_size=20)


def test_seven_hospitals_share_seven_hundred_thousand_yen_as_worked_out_by_hand() -> None:
    assert largest_remainder(700_000, {k: s.weight for k, s in SITES.items()}) == YEN


def test_a_million_yen_licence_splits_exactly_into_the_same_yen() -> None:
    parts = split_fee(1_000_000, SITES, Rule())
    assert parts == {**YEN, "platform": 250_000, "readers": 50_000}
    assert sum(parts.values()) == 1_000_000
    assert split_fee(1_000_000, dict(reversed(SITES.items())), Rule()) == parts


@given(st.integers(0, 10**12), WEIGHTS)
def test_any_split_is_exact_and_within_one_unit(total: int, weights: dict[str, int]) -> None:
    whole = sum(weights.values())
    if whole == 0:
        with pytest.raises(NoWeightError):
            largest_remainder(total, weights)
        return
    parts = largest_remainder(total, weights)
    assert sum(parts.values()) == total
    assert all(abs(parts[k] * whole - total * w) < whole for k, w in weights.items())
    assert all(parts[k] == 0 for k, w in weights.items() if w == 0)


def test_equal_remainders_go_in_the_order_of_keys() -> None:
    assert largest_remainder(1, {"b": 1, "a": 1}) == {"b": 0, "a": 1}


def test_hospitals_with_other_contracts_get_their_own_share() -> None:
    sites = {"A": SiteShare(1, 100, 7_000), "B": SiteShare(1, 100, 5_000)}
    assert split_fee(1_000, sites, Rule()) == {
        "A": 350,
        "B": 250,
        "readers": 50,
        "platform": 350,
    }


def test_without_patients_or_with_shares_over_the_whole_nothing_is_split() -> None:
    with pytest.raises(NoWeightError):
        split_fee(1_000, {"A": SiteShare(0, 100, 7_000)}, Rule())
    with pytest.raises(NoWeightError):
        largest_remainder(-1, {"A": 1})
    with pytest.raises(SharesRefusedError):
        split_fee(1_000, {"A": SiteShare(1, 100, 9_501)}, Rule())


def test_another_rule_has_another_hash() -> None:
    assert Rule().sha256 == Rule().sha256
    assert len({Rule().sha256, Rule(readers_bp=400).sha256, Rule(counts_made=True).sha256}) == 3


def test_tax_and_a_patients_part_are_rounded_down_once() -> None:
    assert tax(1_000_000, 10) == 100_000
    assert tax(1_009, 8) == 80
    assert (patient_part(1_000, 3), patient_part(0, 0)) == (333, 0)
