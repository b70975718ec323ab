"""Noise and motion spread the signal; a head cut out of its air gets no answer."""

from functools import partial

import numpy as np
import pytest
from tests.select.inject_mr import motion, rician
from tests.select.mr_series import PHASE, SERIES, dose_response, head, measured

from renkei.select.metrics.mr_efc import METRIC


@pytest.mark.parametrize("name", SERIES)
def test_noise_raises_it_and_the_sham_does_not(name: str) -> None:
    rho, drift = dose_response(METRIC, name, rician, (0.02, 0.04, 0.08, 0.16))
    assert rho >= 0.9
    assert drift < 0.2


@pytest.mark.parametrize("name", SERIES)
def test_motion_raises_it(name: str) -> None:
    rho, drift = dose_response(METRIC, name, partial(motion, axis=PHASE[name]), (1, 2, 4))
    assert rho >= 0.9
    assert drift < 0.2


def test_m_even_pixels_of_n_read_what_the_formula_says() -> None:
    m, n = np.count_nonzero(head()), head().size
    expected = np.sqrt(m) * np.log(m) / (np.sqrt(n) * np.log(n))
    assert measured(METRIC, [head(sd=1)], None).value == pytest.approx(expected, rel=0.02)


def test_a_head_cut_out_of_its_air_is_not_judged() -> None:
    image = head(sd=40)
    image[head() == 0] = 0
    assert measured(METRIC, [image], None).reason == "air_masked"
