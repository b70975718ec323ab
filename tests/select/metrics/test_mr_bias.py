"""Uneven light reads more by degrees; an even phantom reads nothing however noisy it is."""

import pytest
from tests.select.inject_mr import bias
from tests.select.mr_series import SERIES, dose_response, head, measured

from renkei.select.metrics.mr_bias import METRIC


@pytest.mark.parametrize("name", SERIES)
def test_more_bias_reads_more_and_the_sham_reads_the_same(name: str) -> None:
    rho, drift = dose_response(METRIC, name, bias, (0.2, 0.4, 0.8))
    assert rho >= 0.9
    assert drift < 0.2


def test_noise_is_no_bias() -> None:
    even = measured(METRIC, [head(sd=1)], None).value
    noisy = measured(METRIC, [head(sd=100)], None).value
    lit = measured(METRIC, [bias(head(sd=1), 0.4, 0)], None).value
    assert max(even, noisy) < 2
    assert lit > 8
