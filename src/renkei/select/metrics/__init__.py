"""The metrics that judge a series or a slide; packages add theirs under `renkei.metrics`."""

from renkei.plugins import collect
from renkei.select.metric import Metric
from renkei.select.metrics import (
    ct_metal,
    ct_noise,
    ct_truncation,
    geometry,
    slide_blur,
    slide_sharpness,
    slide_tissue,
)

METRICS: tuple[Metric, ...] = collect(
    (
        geometry.METRIC,
        ct_noise.METRIC,
        ct_metal.METRIC,
        ct_truncation.METRIC,
        slide_tissue.METRIC,
        slide_blur.METRIC,
        slide_sharpness.METRIC,
    ),
    "metrics",
)
