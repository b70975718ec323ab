"""The harder JPEG presses, the more its blocks stand out; nearly lossless JPEG is the sham."""

import numpy as np
import pytest
from tests.select.inject_slide import requantise

from renkei.select.metrics.slide_blockiness import METRIC


@pytest.fixture(scope="module")
def unpressed(real_rgb) -> np.ndarray:
    """Halve the real slide, which shows blocks of its own: halving mixes them away."""
    height, width = (side // 2 * 2 for side in real_rgb.shape[:2])
    pairs = real_rgb[:height, :width].reshape(height // 2, 2, width // 2, 2, 3)
    return np.rint(pairs.mean(axis=(1, 3))).astype(np.uint8)


def test_it_grows_with_compression_and_a_sham_does_not(unpressed, measured_on) -> None:
    clean = measured_on(METRIC, unpressed, 0.998).value
    found = [
        measured_on(METRIC, requantise(unpressed, quality), 0.998).value
        for quality in (100, 70, 50, 30, 20)
    ]
    assert found == sorted(found)
    assert abs(found[0] - clean) < 0.2 * (found[1] - clean)


@pytest.mark.parametrize("shift", [0, 3, 6])
def test_the_grid_is_found_wherever_it_begins(unpressed, measured_on, shift: int) -> None:
    facts = measured_on(METRIC, requantise(unpressed, 20, shift=shift), 0.998).facts
    assert (facts["phase_across"], facts["phase_down"]) == (shift, shift)


def test_the_real_slide_shows_that_its_scanner_pressed_it(real_rgb, measured_on) -> None:
    found = measured_on(METRIC, real_rgb)
    assert found.value > 20
    assert found.facts["phase_down"] == 0


def test_an_even_slide_says_why_not(measured_on) -> None:
    even = np.full((600, 600, 3), (200, 120, 180), np.uint8)
    assert measured_on(METRIC, even).reason == "no_contrast"
    assert measured_on(METRIC, np.full((600, 600, 3), 245, np.uint8)).reason == "too_little_tissue"
