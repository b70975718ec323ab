"""A picture of the paper label that came along is counted; the real slide still carries two."""

from pathlib import Path

import numpy as np

from renkei.imaging.slide import open_slide
from renkei.select.case import case_of_slide
from renkei.select.metric import measure
from renkei.select.metrics.slide_identity import METRIC


def test_the_slide_as_it_left_the_scanner_shows_its_label_twice() -> None:
    with open_slide(Path("samples/wsi/cmu_small_region.svs")) as slide:
        found = measure(case_of_slide(slide), METRIC)[0]
    assert found.value == 2
    assert found.facts == {"label": 1, "macro": 1}


def test_a_thumbnail_shows_nobody(slide_of) -> None:
    glass = slide_of(np.full((64, 64, 3), 245, np.uint8), 0.5, ("thumbnail",))
    assert measure(case_of_slide(glass), METRIC)[0].value == 0
