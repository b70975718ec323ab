"""Pixel size of a slide: whether it is known, and can be that of a microscope."""

from collections.abc import Sequence
from math import isfinite

from renkei.select.case import Case
from renkei.select.metric import SLIDES, Measured, Metric, not_applicable

PLAUSIBLE = (0.1, 2.0)


def sum_up(case: Case, _said: Sequence[object]) -> Measured:
    """Return µm per pixel of the finest level; outside 0.1 to 2 it is a fault by itself."""
    if case.slide is None:
        return not_applicable("no_slide")
    mpp = case.slide.mpp
    if mpp is None:
        return not_applicable("pixel_size_unknown")
    if not isfinite(mpp) or mpp <= 0:
        return Measured(value=None, reason="pixel_size_unknown", codes=("pixel_size_implausible",))
    level = case.slide.levels[0]
    return Measured(
        value=mpp,
        n=1,
        codes=() if PLAUSIBLE[0] <= mpp <= PLAUSIBLE[1] else ("pixel_size_implausible",),
        facts={
            "width_mm": round(level.width * mpp / 1000, 4),
            "height_mm": round(level.height * mpp / 1000, 4),
        },
    )


METRIC = Metric(
    "slide_pixel_size", "um", SLIDES, worse="high", sum_up=sum_up, aspect="completeness"
)
