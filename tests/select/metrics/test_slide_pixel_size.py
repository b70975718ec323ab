"""A microscope's pixel size is a number; an unknown one has a reason, an impossible one a code."""

import numpy as np
import pytest

from renkei.select.metrics.slide_pixel_size import METRIC

RGB = np.full((400, 600, 3), 245, np.uint8)


@pytest.mark.parametrize("mpp", [0.1, 0.25, 0.499, 2.0])
def test_a_known_size_is_the_value(measured_on, mpp: float) -> None:
    found = measured_on(METRIC, RGB, mpp)
    assert (found.value, found.codes) == (mpp, ())
    assert found.facts["width_mm"] == pytest.approx(600 * mpp / 1000, abs=1e-3)


@pytest.mark.parametrize("mpp", [1e-6, 0.05, 2.1, 250.0, float("nan"), float("inf"), -1.0, 0.0])
def test_what_no_microscope_has_is_a_fault(measured_on, mpp: float) -> None:
    assert measured_on(METRIC, RGB, mpp).codes == ("pixel_size_implausible",)


def test_unknown_is_unknown(measured_on) -> None:
    found = measured_on(METRIC, RGB, None)
    assert (found.value, found.reason, found.codes) == (None, "pixel_size_unknown", ())
