"""A band of tissue laid double is hinted at; the same path without a second layer says nothing."""

import numpy as np
from tests.select.inject_slide import fold

from renkei.select.case import case_of_slide
from renkei.select.colour import white_of
from renkei.select.metrics.slide_fold import METRIC, folded


def test_half_of_folded_tissue_is_found_and_most_of_what_is_found_is_fold(
    real_overview, slide_of
) -> None:
    recalled, right = [], []
    for seed in range(12):
        rgb, truth = fold(real_overview, seed=seed)
        case = case_of_slide(slide_of(rgb, 8))
        found = np.zeros_like(case.tissue)
        for band in folded(case.overview, case.tissue, white_of(case.overview, case.tissue)):
            found[tuple(band.T)] = True
        there = truth & case.tissue
        recalled.append(np.count_nonzero(found & there) / np.count_nonzero(there))
        if found.any():
            right.append(np.count_nonzero(found & there) / np.count_nonzero(found))
    assert np.mean(recalled) > 0.3
    assert np.mean(right) > 0.7


def test_a_sham_fold_and_the_clean_slide_show_none(real_overview, measured_on) -> None:
    assert measured_on(METRIC, real_overview, 8).value == 0
    assert measured_on(METRIC, fold(real_overview, layers=0)[0], 8).value == 0


def test_thicker_folds_are_more_and_have_a_place(real_overview, measured_on) -> None:
    found = [measured_on(METRIC, fold(real_overview, layers=n)[0], 8) for n in (0, 0.5, 1, 1.5)]
    values = [measured.value for measured in found]
    assert values == sorted(values)
    assert values[-1] > 0
    assert {place.code for place in found[-1].places} == {"fold"}


def test_without_tissue_nothing_is_said(measured_on) -> None:
    assert measured_on(METRIC, np.full((900, 900, 3), 245, np.uint8)).reason == "too_little_tissue"
    stained = np.full((900, 900, 3), (200, 120, 180), np.uint8)
    assert measured_on(METRIC, stained).reason == "no_glass"
