"""Blur makes the edges of a head less steep by degrees; brightness alone does not."""

import pytest
from tests.select.inject_mr import blur
from tests.select.mr_series import SERIES, dose_response, measured, real_mr

from renkei.select.metrics.mr_sharpness import METRIC


@pytest.mark.parametrize("name", SERIES)
def test_more_blur_reads_less_and_the_sham_reads_the_same(name: str) -> None:
    rho, drift = dose_response(METRIC, name, blur, (1, 1.5, 2, 3))
    assert rho <= -0.9
    assert drift < 0.2


def test_a_brighter_picture_is_no_sharper() -> None:
    slices = real_mr("t1")
    once, twice = (measured(METRIC, [k * one for one in slices], None).value for k in (1, 3))
    assert once == pytest.approx(twice, rel=0.01)
