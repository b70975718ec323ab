"""Whatever a file holds, no MR metric fails: it says nothing, or a number."""

import math

import numpy as np
import pytest
from tests.select.mr_series import head, mr_case, mr_header

from renkei.select.metric import Metric, measure
from renkei.select.metrics import METRICS
from renkei.select.mr import mr_slice

MR = [metric for metric in METRICS if metric.name.startswith("mr_")]
RANDOM = np.random.default_rng(0)
NOTHING = {
    "none": [],
    "zero": [np.zeros((96, 96), dtype=np.int16)],
    "constant": [np.full((64, 64), 7, dtype=np.int16)],
    "below_zero": [np.full((64, 64), -3.0, dtype=np.float32)],
    "not_numbers": [np.full((64, 64), np.nan, dtype=np.float32)],
    "tiny": [RANDOM.integers(0, 99, (8, 8)).astype(np.int16)],
}
SOMETHING = {
    "some_not_numbers": [
        np.where(head(sd=9, size=96) > 1020, np.nan, head(sd=9, size=96)).astype(np.float32)
    ],
    "endless": [
        np.where(head(sd=9, size=96) > 1025, np.inf, head(sd=9, size=96)).astype(np.float32)
    ],
    "noise_alone": [RANDOM.integers(0, 99, (64, 64)).astype(np.int16)],
    "narrow": [head(sd=9, size=128)[40:90]],
    "small": [head(sd=9, size=32)],
    "whole_field": [RANDOM.integers(900, 999, (40, 120)).astype(np.int16)],
    "point": [np.eye(64, dtype=np.int16)],
}


@pytest.mark.parametrize("metric", MR, ids=lambda metric: metric.name)
@pytest.mark.parametrize("pixels", NOTHING.values(), ids=NOTHING)
def test_where_there_is_nothing_it_says_so(metric: Metric, pixels: list[np.ndarray]) -> None:
    found = measure(mr_case(pixels, mr_header()), metric)[0]
    assert found.value is None
    assert found.reason


@pytest.mark.parametrize("metric", MR, ids=lambda metric: metric.name)
@pytest.mark.parametrize("pixels", SOMETHING.values(), ids=SOMETHING)
def test_odd_pictures_give_a_number_or_a_reason(metric: Metric, pixels: list[np.ndarray]) -> None:
    found = measure(mr_case(pixels, mr_header()), metric)[0]
    numbers = [*found.facts.values(), *([] if found.value is None else [found.value])]
    assert all(math.isfinite(one) for one in numbers)
    assert (found.value is None) == bool(found.reason)


def test_the_masks_of_a_slice_are_made_once() -> None:
    plane = next(mr_case([head(sd=9)]).parts())
    assert mr_slice(plane) is mr_slice(plane)


def test_masks_of_a_phantom_hold_what_they_say() -> None:
    image = head(sd=20)
    image[:, :20] = 0
    seen = mr_slice(next(mr_case([image]).parts()))
    assert seen.foreground.mean() == pytest.approx((head() > 0).mean(), rel=0.03)
    assert seen.padding[:, :18].all()
    assert not (seen.air & (seen.padding | seen.near)).any()
