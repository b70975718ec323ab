"""Every slide ends in a value or a reason, never in a crash."""

from pathlib import Path

import numpy as np
import pytest

from renkei.select.case import SLIDE, Case, case_of_slide
from renkei.select.judge import judge_slide
from renkei.select.metric import measure
from renkei.select.metrics import METRICS
from renkei.select.recipe import load_recipe
from renkei.select.tiles import overview

SLIDE_METRICS = [m for m in METRICS if m.name.startswith("slide_")]
GLASS = np.full((700, 900, 3), 245, np.uint8)


@pytest.mark.parametrize(
    ("rgb", "mpp"),
    [
        (GLASS, 0.5),
        (GLASS, None),
        (GLASS, float("nan")),
        (GLASS, 1e-9),
        (GLASS, 1e9),
        (GLASS[:8, :8], 0.5),
        (GLASS[:1, :1], None),
        (np.zeros((300, 300, 3), np.uint8), 0.5),
        (np.full((1400, 1400, 3), (200, 120, 180), np.uint8), 0.5),
        (np.random.default_rng(0).integers(0, 255, (1500, 1500, 3), dtype=np.uint8), 0.25),
    ],
)
def test_each_metric_has_a_value_or_a_reason(slide_of, rgb: np.ndarray, mpp: float | None) -> None:
    for found in measure(case_of_slide(slide_of(rgb, mpp)), *SLIDE_METRICS):
        assert (found.value is None) == (found.reason is not None)
        assert found.value is None or np.isfinite([found.value, *found.facts.values()]).all()


def test_a_slide_that_could_not_be_opened_has_reasons() -> None:
    for found in measure(Case(SLIDE, instances=1), *SLIDE_METRICS):
        assert found.value is None
        assert found.reason


def test_a_slide_of_unknown_pixel_size_is_never_read_whole_into_one_picture(slide_of) -> None:
    assert overview(slide_of(GLASS, None)).shape == (44, 57, 3)


def test_the_real_slide_is_judged_with_no_reason_against_it() -> None:
    found = judge_slide(Path("samples/wsi/cmu_small_region.svs"), load_recipe("ct_abdomen"), age=50)
    assert [reason.key for reason in found.reasons if reason.metric] == []
    assert {m.metric for m in found.metrics} >= {m.name for m in SLIDE_METRICS}
