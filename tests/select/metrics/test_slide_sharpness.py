"""The more a slide is blurred, the less fine detail is left; a sham copy keeps it."""

import numpy as np
from scipy import ndimage

from renkei.select.case import case_of_slide
from renkei.select.focus import fine_share, power_of
from renkei.select.metric import measure
from renkei.select.metrics.slide_sharpness import METRIC


def test_blur_lowers_it_step_by_step_and_a_sham_copy_does_not(real_rgb, slide_of) -> None:
    found = []
    for sigma in (0.0, 0.5, 1.0, 2.0):
        copy = ndimage.gaussian_filter(real_rgb.astype(np.float32), (sigma, sigma, 0))
        copy = np.clip(np.rint(copy), 0, 255).astype(np.uint8)
        found.append(measure(case_of_slide(slide_of(copy)), METRIC)[0].value)
    clean = measure(case_of_slide(slide_of(real_rgb)), METRIC)[0].value
    assert found == sorted(found, reverse=True)
    assert abs(found[0] - clean) < 0.2 * (clean - found[1])


def test_an_even_tile_has_no_detail_at_all() -> None:
    assert fine_share(power_of(np.full((256, 256), 128, dtype=np.uint8))) == 0


def test_a_slide_without_tissue_says_nothing(slide_of) -> None:
    glass = np.full((1024, 1024, 3), 250, dtype=np.uint8)
    assert measure(case_of_slide(slide_of(glass)), METRIC)[0].reason == "too_little_tissue"


def test_noise_hides_blur_from_the_laplacian_more_than_from_the_share(
    real_rgb, measured_on
) -> None:
    clean = measured_on(METRIC, real_rgb)
    noise = np.random.default_rng(0).normal(0, 4, real_rgb.shape[:2])[..., None]
    soft = ndimage.gaussian_filter(real_rgb.astype(np.float32), (2, 2, 0)) + noise
    found = measured_on(METRIC, np.clip(np.rint(soft), 0, 255).astype(np.uint8))
    lost = found.value / clean.value
    assert lost < found.facts["laplacian"] / clean.facts["laplacian"]
    assert lost < 0.5
