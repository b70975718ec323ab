"""White matter is found without a segmentation in a T1 head, and only there."""

import numpy as np
import pytest
from tests.select.inject_mr import rician
from tests.select.mr_series import dose_response, head, measured, mr_header, real_mr

from renkei.select.metrics.mr_snr import METRIC


def test_more_noise_reads_less_and_the_sham_reads_the_same() -> None:
    rho, drift = dose_response(METRIC, "t1", rician, (0.04, 0.08, 0.16))
    assert rho <= -0.9
    assert drift < 0.2


@pytest.mark.parametrize("sd", [20, 50])
def test_the_brightest_even_tissue_of_a_phantom_is_measured(sd: float) -> None:
    """Grey (700) around white (1000), in a thin rim of bright fat (2000)."""
    y, x = np.mgrid[:256, :256] / 256 - 0.5
    r = np.hypot(x, y)
    tissue = np.select([r < 0.2, r < 0.32, (r > 0.36) & (r < 0.375)], [1000.0, 700.0, 2000.0], 0.0)
    random = np.random.default_rng(1)
    noisy = np.hypot(tissue + random.normal(0, sd, r.shape), random.normal(0, sd, r.shape))
    found = measured(METRIC, [np.rint(noisy).astype(np.int16)], mr_header())
    assert found.value == pytest.approx(1000 / sd, rel=0.1)


def test_another_sequence_or_an_unknown_one_is_not_judged() -> None:
    slices = real_mr("t1")
    t2 = mr_header(RepetitionTime=4000, EchoTime=90)
    assert measured(METRIC, slices, t2).reason == "no_t1_head"
    assert measured(METRIC, slices, None).reason == "sequence_unknown"


def test_a_slice_without_even_tissue_says_so() -> None:
    small = head(size=40)
    assert measured(METRIC, [small], mr_header()).reason == "no_white_matter"
