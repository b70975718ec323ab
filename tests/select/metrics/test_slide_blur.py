"""Blur on a part of a slide is found as the share that it covers."""

import numpy as np
import pytest
from tests.select.inject_slide import blur

from renkei.select.case import case_of_slide
from renkei.select.metric import measure
from renkei.select.metrics.slide_blur import METRIC
from renkei.select.tiles import tissue_corners


@pytest.mark.parametrize("part", [0.0, 0.25, 0.5, 0.6])
def test_the_share_of_blurred_tissue_is_found(real_rgb, slide_of, part: float) -> None:
    case = case_of_slide(slide_of(blur(real_rgb, 2, part)))
    tops = tissue_corners(case.slide, case.tissue)[:, 1]
    truth = 100 * np.mean(tops + 128 < part * len(real_rgb))
    assert measure(case, METRIC)[0].value == pytest.approx(truth, abs=8)


def test_a_slide_blurred_all_over_shows_in_sharpness_instead(real_rgb, slide_of) -> None:
    measured = measure(case_of_slide(slide_of(blur(real_rgb, 2))), METRIC)[0]
    assert measured.value == 0
    assert measured.facts["sharp_p90"] < 1


def test_blur_without_strength_is_a_sham(real_rgb, measured_on) -> None:
    assert measured_on(METRIC, blur(real_rgb, 0.1, 0.5)) == measured_on(METRIC, real_rgb)


@pytest.fixture(scope="module")
def many_tiles() -> np.ndarray:
    """Make 900 tiles of tissue: the same noise in each, in the colour of a stain."""
    noise = np.random.default_rng(0).integers(-60, 60, (256, 256, 1))
    return np.tile((np.array([170, 100, 150]) + noise).astype(np.uint8), (30, 30, 1))


def test_two_hundred_tiles_are_enough_without_doubt(many_tiles, measured_on) -> None:
    found = measured_on(METRIC, many_tiles)
    assert (found.n, found.value, found.facts["tissue_tiles"]) == (200, 0, 900)
    assert 1 < found.facts["high95"] < 5


def test_doubt_reads_on_until_the_share_is_known(many_tiles, measured_on) -> None:
    soft = many_tiles.copy()
    soft[: 10 * 256] = (170, 100, 150)
    found = measured_on(METRIC, soft)
    assert found.n == 900
    assert found.value == pytest.approx(100 / 3, abs=0.1)
    assert found.facts["low95"] == found.facts["high95"] == found.value
