"""Ink is found by its colour and where it lies; a clean slide and a sham stroke hold none."""

import numpy as np
import pytest
from tests.select.inject_slide import pen

from renkei.select.metrics.slide_pen import COLOURS, METRIC, ink


def overlap(rgb: np.ndarray, colour: str, opaque: float) -> float:
    marked, truth = pen(rgb, colour, width=30, opaque=opaque)
    found, there = ink(marked)[colour], truth
    return np.count_nonzero(found & there) / np.count_nonzero(found | there)


@pytest.mark.parametrize(
    ("colour", "least"), [("green", 0.8), ("blue", 0.9), ("red", 0.75), ("black", 0.6)]
)
def test_a_stroke_is_found_where_it_lies(real_overview, colour: str, least: float) -> None:
    assert overlap(real_overview, colour, 1.0) > least


def test_translucent_black_is_not_found(real_overview) -> None:
    assert overlap(real_overview, "black", 0.7) < 0.1


@pytest.mark.parametrize("colour", COLOURS)
def test_more_ink_is_more_and_a_sham_stroke_is_none(
    real_overview, measured_on, colour: str
) -> None:
    found = [
        measured_on(METRIC, pen(real_overview, colour, width=width)[0], 8)
        for width in (0, 10, 20, 40)
    ]
    values = [measured.value for measured in found]
    assert values[0] == 0
    assert values == sorted(set(values))
    assert found[-1].facts[colour] == values[-1]
    assert found[-1].places[0].code == f"pen_{colour}"


def test_the_box_counts_pixels_of_the_finest_level(measured_on) -> None:
    rgb = np.full((1600, 2400, 3), 245, np.uint8)
    rgb[320:640, 800:1600] = (30, 150, 70)
    assert measured_on(METRIC, rgb, 0.5).places[0].box == (800, 320, 800, 320)
