"""Lines of a known height and period are found as such; rounding alone adds none."""

import numpy as np
import pytest
from tests.select.inject_slide import stripes

from renkei.select.metrics.slide_stripes import METRIC


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("period", [7.3, 20.0])
def test_height_period_and_direction_are_found(
    real_rgb, measured_on, period: float, axis: int
) -> None:
    found = measured_on(METRIC, stripes(real_rgb, 8, period=period, axis=axis))
    assert found.value == pytest.approx(8, rel=0.1)
    assert found.facts["period_px"] == pytest.approx(period, rel=0.05)
    assert found.facts["rows"] == (axis == 0)


def test_it_grows_with_the_height_and_a_sham_changes_nothing(real_rgb, measured_on) -> None:
    clean = measured_on(METRIC, real_rgb).value
    found = [measured_on(METRIC, stripes(real_rgb, height)).value for height in (0, 4, 6, 8, 12)]
    assert found[0] == clean
    assert found == sorted(set(found))
    assert clean < 3


def test_few_tiles_or_none_say_why_not(measured_on) -> None:
    assert measured_on(METRIC, np.full((300, 300, 3), 245, np.uint8)).reason == "too_little_tissue"


def test_an_even_slide_has_no_line(measured_on) -> None:
    assert measured_on(METRIC, np.full((900, 900, 3), (200, 120, 180), np.uint8)).value == 0
