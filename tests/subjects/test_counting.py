"""Shares of people carry an interval that an independent implementation gives too."""

import pytest
from scipy.stats import binomtest

from renkei.subjects.counting import wilson


@pytest.mark.parametrize(("passed", "of"), [(0, 5), (5, 5), (19, 20), (1, 300)])
def test_the_interval_is_that_of_an_independent_implementation(passed: int, of: int) -> None:
    expected = binomtest(passed, of).proportion_ci(method="wilson")
    assert wilson(passed, of) == pytest.approx((expected.low, expected.high), abs=1e-6)
