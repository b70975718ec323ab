"""The more a slide is blurred, the less fine detail is left; a sham copy keeps it."""

import numpy as np
from scipy import ndimage

from renkei.select.metric import Case
from renkei.select.metrics.slide_sharpness import fine_share, slide_sharpness


def test_blur_lowers_it_step_by_step_and_a_sham_copy_does_not(real_rgb, slide_of) -> None:
    found = []
    for sigma in (0.0, 0.5, 1.0, 2.0):
        copy = ndimage.gaussian_filter(real_rgb.astype(np.float32), (sigma, sigma, 0))
        copy = np.clip(np.rint(copy), 0, 255).astype(np.uint8)
        found.append(slide_sharpness(Case("SM", slide=slide_of(copy))).value)
    clean = slide_sharpness(Case("SM", slide=slide_of(real_rgb))).value
    assert found == sorted(found, reverse=True)
    assert abs(found[0] - clean) < 0.2 * (clean - found[1])


def test_an_even_tile_has_no_detail_at_all() -> None:
    assert fine_share(np.full((256, 256), 128, dtype=np.uint8)) == 0


def test_a_slide_without_tissue_says_nothing(slide_of) -> None:
    glass = np.full((1024, 1024, 3), 250, dtype=np.uint8)
    assert slide_sharpness(Case("SM", slide=slide_of(glass))).reason == "too_little_tissue"
