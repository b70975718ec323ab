"""Tissue of a slide: the share of its area that is not empty glass."""

from collections.abc import Sequence
from math import isfinite

from renkei.select.case import Case
from renkei.select.metric import SLIDES, Measured, Metric, not_applicable


def sum_up(case: Case, _said: Sequence[object]) -> Measured:
    """Return the share of the slide, in per cent, that shows tissue at about 8 µm per pixel."""
    if case.slide is None:
        return not_applicable("no_slide")
    if case.slide.mpp is None or not isfinite(case.slide.mpp):
        return not_applicable("pixel_size_unknown")
    mask, level = case.tissue, case.slide.levels[0]
    area = mask.sum() * (level.width * level.height / mask.size)
    return Measured(
        value=round(100 * float(mask.mean()), 3),
        n=int(mask.size),
        facts={"tissue_mm2": round(float(area) * case.slide.mpp**2 / 1e6, 3)},
    )


METRIC = Metric("slide_tissue", "%", SLIDES, worse="low", sum_up=sum_up, aspect="coverage")
