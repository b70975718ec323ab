"""Blur on a part of a slide is found as the share that it covers."""

import numpy as np
import pytest
from scipy import ndimage

from renkei.select.metric import Case
from renkei.select.metrics.slide_blur import slide_blur
from renkei.select.tiles import tissue_tiles


@pytest.mark.parametrize("part", [0.0, 0.4, 0.6])
def test_the_share_of_blurred_tissue_is_found(real_rgb, slide_of, part: float) -> None:
    copy, glass = real_rgb.copy(), real_rgb.copy()
    rows = int(part * copy.shape[0])
    soft = ndimage.gaussian_filter(copy[:rows].astype(np.float32), (2, 2, 0))
    copy[:rows] = np.clip(soft, 0, 255).astype(np.uint8)
    glass[rows:] = 250
    truth = 100 * len(tissue_tiles(slide_of(glass))) / len(tissue_tiles(slide_of(real_rgb)))
    assert slide_blur(Case("SM", slide=slide_of(copy))).value == pytest.approx(truth, abs=8)


def test_a_slide_blurred_all_over_shows_in_sharpness_instead(real_rgb, slide_of) -> None:
    soft = ndimage.gaussian_filter(real_rgb.astype(np.float32), (2, 2, 0)).astype(np.uint8)
    measured = slide_blur(Case("SM", slide=slide_of(soft)))
    assert measured.value == 0
    assert measured.facts["sharp_p90"] < 1
