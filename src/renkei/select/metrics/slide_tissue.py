"""Tissue of a slide: the share of its area that is not empty glass."""

from renkei.select.metric import Case, Measured, Metric, not_applicable
from renkei.select.tiles import overview, tissue_mask


def slide_tissue(case: Case) -> Measured:
    """Return the share of the slide, in per cent, that shows tissue at about 8 µm per pixel."""
    if case.slide is None:
        return not_applicable("no_slide")
    if case.slide.mpp is None:
        return not_applicable("pixel_size_unknown")
    mask = tissue_mask(overview(case.slide))
    area = mask.sum() * (case.slide.levels[0].width * case.slide.levels[0].height / mask.size)
    return Measured(
        value=round(100 * float(mask.mean()), 3),
        n=int(mask.size),
        facts={"tissue_mm2": round(float(area) * case.slide.mpp**2 / 1e6, 3)},
    )


METRIC = Metric("slide_tissue", "%", frozenset({"SM"}), worse="low", measure=slide_tissue)
