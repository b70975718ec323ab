"""The steps of a plan; packages add theirs under `renkei.steps`."""

from renkei.plugins import collect
from renkei.preprocess.step import Step
from renkei.preprocess.steps import align, denoise, orient, resample, window

STEPS: tuple[Step, ...] = collect(
    (orient.STEP, resample.STEP, window.STEP, denoise.STEP, align.STEP), "steps"
)
