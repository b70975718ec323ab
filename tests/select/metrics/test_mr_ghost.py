"""Every second line of k-space weakened by w reads as w; a sham copy as nothing."""

from functools import partial

import pytest
from tests.select.inject_mr import ghost
from tests.select.mr_series import PHASE, SERIES, dose_response, measured, mr_header, real_mr

from renkei.select.metrics.mr_ghost import METRIC

WEIGHTS = (0.03, 0.05, 0.1, 0.15, 0.25)


@pytest.mark.parametrize("name", SERIES)
def test_a_stronger_ghost_reads_more_and_the_sham_reads_the_same(name: str) -> None:
    rho, drift = dose_response(METRIC, name, partial(ghost, axis=PHASE[name]), WEIGHTS)
    assert rho >= 0.9
    assert drift < 0.2


def test_the_weight_is_found_again() -> None:
    slices = [ghost(p, 0.25, n, axis=0) for n, p in enumerate(real_mr("t1"))]
    found = measured(METRIC, slices, mr_header())
    assert found.value == pytest.approx(25, rel=0.15)
    assert found.facts["k_line_y"] > 2 * found.facts["k_line_x"]


def test_an_unknown_phase_axis_takes_the_worse_one() -> None:
    slices = [ghost(p, 0.15, n, axis=1) for n, p in enumerate(real_mr("t1"))]
    wrong_axis, unknown = measured(METRIC, slices, mr_header()), measured(METRIC, slices, None)
    assert wrong_axis.value < 3
    assert unknown.value > 10
