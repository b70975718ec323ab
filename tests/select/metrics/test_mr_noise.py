"""Rician noise of a known SD is found in tissue and in air; a sham copy reads the same."""

import numpy as np
import pytest
from tests.select.inject_mr import rician
from tests.select.mr_series import SERIES, dose_response, head, measured, mr_header

from renkei.select.metrics.mr_noise import METRIC


@pytest.mark.parametrize("sd", [20, 50, 100])
def test_a_known_sd_is_found_in_tissue_and_in_air(sd: float) -> None:
    found = measured(METRIC, [head(sd=sd)], None)
    assert found.value == pytest.approx(sd / 10, rel=0.08)
    assert found.facts["air_sigma"] == pytest.approx(sd / 10, rel=0.03)


@pytest.mark.parametrize("name", SERIES)
def test_more_noise_reads_more_and_the_sham_reads_the_same(name: str) -> None:
    rho, drift = dose_response(METRIC, name, rician, (0.02, 0.04, 0.08, 0.16))
    assert rho >= 0.9
    assert drift < 0.2


def test_air_that_was_filled_up_is_left_out_of_the_sigma() -> None:
    """A field with empty bands beside it reads as if the bands were not there."""
    image = head(sd=40)
    image[:, :30] = image[:, -30:] = 0
    found = measured(METRIC, [image], None)
    assert found.facts["air_sigma"] == pytest.approx(4, rel=0.03)


def test_a_head_cut_out_of_its_air_has_noise_but_no_air_sigma() -> None:
    image = head(sd=40)
    image[head() == 0] = 0
    found = measured(METRIC, [image], mr_header())
    assert found.value == pytest.approx(4, rel=0.1)
    assert "air_sigma" not in found.facts


def test_a_subject_too_small_to_have_an_inside_says_so() -> None:
    image = np.zeros((64, 64), dtype=np.int16)
    image[28:38, 28:38] = 100
    assert measured(METRIC, [image], None).reason == "too_little_subject"
