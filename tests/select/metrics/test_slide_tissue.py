"""Tissue is what has colour and is not bright; glass is none, and none is a number."""

import numpy as np
import pytest

from renkei.select.case import case_of_slide
from renkei.select.metric import measure
from renkei.select.metrics.slide_tissue import METRIC
from renkei.select.tiles import overview


def test_the_real_slide_has_its_share(real_rgb, slide_of) -> None:
    assert measure(case_of_slide(slide_of(real_rgb)), METRIC)[0].value == pytest.approx(31.4, abs=1)


def test_half_a_slide_of_tissue_is_half(slide_of) -> None:
    rgb = np.full((4096, 4096, 3), 250, dtype=np.uint8)
    rgb[:, :2048] = (200, 120, 180)
    measured = measure(case_of_slide(slide_of(rgb, 0.5)), METRIC)[0]
    assert measured.value == pytest.approx(50, abs=0.1)
    assert measured.facts["tissue_mm2"] == pytest.approx(2.097, abs=0.01)


def test_bare_glass_is_zero_and_not_skipped(slide_of) -> None:
    glass = np.full((512, 512, 3), 250, dtype=np.uint8)
    assert measure(case_of_slide(slide_of(glass, 0.5)), METRIC)[0].value == 0


def test_without_a_pixel_size_nothing_is_said(slide_of) -> None:
    black = slide_of(np.zeros((64, 64, 3), np.uint8), None)
    measured = measure(case_of_slide(black), METRIC)[0]
    assert (measured.value, measured.reason) == (None, "pixel_size_unknown")


def test_blocks_do_not_show_in_the_overview(slide_of) -> None:
    rgb = np.random.default_rng(0).integers(0, 255, (2100, 4200, 3), dtype=np.uint8)
    assert np.array_equal(overview(slide_of(rgb, 0.5)), rgb[::16, ::16])
