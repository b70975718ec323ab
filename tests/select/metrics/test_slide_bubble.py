"""The rim of a bubble is found on glass by its circle; over tissue it is missed, and says so."""

import numpy as np
import pytest
from tests.select.inject_slide import bubble

from renkei.select.metrics.slide_bubble import METRIC

GLASS, TISSUE = (106, 44), (75, 106)


@pytest.mark.parametrize("radius", [19, 28])
def test_a_bubble_on_glass_is_found_with_its_size(real_overview, measured_on, radius: int) -> None:
    found = measured_on(METRIC, bubble(real_overview, GLASS, radius), 8)
    left, top, width, height = found.places[0].box
    assert found.facts["bubbles"] == 1
    assert (left + width / 2, top + height / 2) == pytest.approx(GLASS, abs=4)
    assert width == pytest.approx(2 * radius, rel=0.15)


def test_a_sham_bubble_and_the_clean_slide_show_none(real_overview, measured_on) -> None:
    assert measured_on(METRIC, real_overview, 8).value == 0
    assert measured_on(METRIC, bubble(real_overview, GLASS, 28, shade=0), 8).value == 0


def test_a_bubble_over_tissue_is_missed(real_overview, measured_on) -> None:
    assert measured_on(METRIC, bubble(real_overview, TISSUE, 28), 8).value == 0


def test_a_straight_grey_hair_is_no_bubble(measured_on) -> None:
    rgb = np.full((2000, 2000, 3), 245, np.uint8)
    rgb[1000:1060, 200:1800] = 90
    assert measured_on(METRIC, rgb).value == 0
