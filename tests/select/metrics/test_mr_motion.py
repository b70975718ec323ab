"""Motion throws signal along the phase axis; without knowing that axis there is no answer."""

from functools import partial

import pytest
from tests.select.inject_mr import motion
from tests.select.mr_series import (
    PHASE,
    dose_response,
    head,
    measured,
    mr_header,
    real_mr,
)

from renkei.select.metrics.mr_motion import METRIC

SOME = (2, 6, 10, 14, 18)


def test_more_motion_reads_more_and_the_sham_reads_the_same() -> None:
    rho, drift = dose_response(METRIC, "t1", partial(motion, axis=PHASE["t1"]), (1, 2, 4), SOME)
    assert rho >= 0.9
    assert drift < 0.2


def test_where_the_head_fills_the_field_only_strong_motion_is_sure() -> None:
    """Little air lies beside this head: in five slices two pixels may read less than one."""
    rho, drift = dose_response(METRIC, "pd", partial(motion, axis=PHASE["pd"]), (4,), SOME)
    assert rho == pytest.approx(1)
    assert drift < 0.2


def test_a_still_phantom_has_the_same_air_on_both_axes() -> None:
    assert measured(METRIC, [head(sd=30)], mr_header()).value == pytest.approx(1, abs=0.03)


def test_without_the_phase_axis_or_the_air_it_says_nothing() -> None:
    assert measured(METRIC, real_mr("t1"), None).reason == "phase_axis_unknown"
    image = head(sd=40)
    image[head() == 0] = 0
    assert measured(METRIC, [image], mr_header()).reason == "air_masked"
