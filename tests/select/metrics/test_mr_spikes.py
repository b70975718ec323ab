"""One bright point of k-space is found once it stands out of the rest; a sham copy is not."""

import numpy as np
import pytest
from tests.select.inject_mr import remade, spike
from tests.select.mr_series import SERIES, dose_response, measured, real_mr

from renkei.select.metrics.mr_spikes import METRIC


@pytest.mark.parametrize("name", SERIES)
def test_a_brighter_spike_reads_more_and_the_sham_reads_the_same(name: str) -> None:
    rho, drift = dose_response(METRIC, name, spike, (24, 48, 96))
    assert rho >= 0.9
    assert drift < 0.2


def test_a_weak_spike_drowns_as_the_page_says() -> None:
    clean = measured(METRIC, real_mr("t1"), None).value
    weak = measured(METRIC, [spike(p, 3, n) for n, p in enumerate(real_mr("t1"))], None).value
    assert weak == pytest.approx(clean, rel=0.2)


def test_one_struck_slice_is_the_value_of_the_series_and_is_shown() -> None:
    first, second = real_mr("t1")
    found = measured(METRIC, [remade(first, 0), spike(second, 48, 0)], None)
    assert found.value > 8
    assert (found.places[0].code, found.places[0].slice) == ("stripes", 1)


def test_a_bright_line_of_k_space_is_a_fact() -> None:
    def brighten(k: np.ndarray) -> np.ndarray:
        k[160] *= 20
        return k

    slices = [remade(p, n, in_k=brighten) for n, p in enumerate(real_mr("t1"))]
    clean, lined = (measured(METRIC, one, None).facts["line_y"] for one in (real_mr("t1"), slices))
    assert clean < 2
    assert lined > 5
