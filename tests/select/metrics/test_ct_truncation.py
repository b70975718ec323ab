"""A whole body touches nothing; the more is cut off, by border or circle, the more it touches."""

import numpy as np
import pytest
from tests.select.inject_ct import (
    abdomen,
    cropped,
    disc,
    dose_response,
    in_circle,
    measured,
    skull,
    trunk,
    volume,
)

from renkei.select.metrics.ct_truncation import METRIC


@pytest.mark.parametrize("fault", [cropped, in_circle])
def test_a_field_of_90_80_and_70_per_cent_touches_more_and_more(fault) -> None:
    scan = volume(np.stack([disc(118, flat=0.7)] * 2))
    assert measured(METRIC, scan).value == 0
    rho, drift = dose_response(METRIC, scan, fault, (0.1, 0.2, 0.3))
    assert rho > 0.99
    assert drift < 0.2


def test_a_real_abdomen_cut_smaller_touches_more() -> None:
    values = [measured(METRIC, cropped(abdomen(), share)).value for share in (0, 0.25, 0.35, 0.45)]
    assert values == sorted(values)
    assert values[0] < 1
    assert values[3] > 10


def test_the_circle_is_told_apart_from_the_border() -> None:
    found = measured(METRIC, in_circle(volume(disc(118)[None]), 0.2))
    assert (found.facts["border"], found.value) == (0, found.facts["circle"])
    assert found.value > 90
    assert found.places[0].slice == 0


def test_a_cut_that_is_known_is_found_in_its_size() -> None:
    voxels = disc(118)[:, 64:192]
    found = measured(METRIC, volume(voxels[None]))
    assert found.value == pytest.approx(100 * 2 * 3 * 199 / (2 * 3 * (256 + 128 - 6)), abs=3)


def test_a_body_on_a_table_that_reaches_the_border_touches_nothing() -> None:
    voxels = disc(90)
    voxels[214:219] = 100
    assert measured(METRIC, volume(voxels[None])).value == 0


def test_a_background_filled_around_the_body_is_no_circle() -> None:
    voxels = disc(100, flat=0.8)
    voxels[disc(100, sd=0, flat=0.8) < 0] = -1024
    assert measured(METRIC, volume(voxels[None])).value == 0


def test_whole_real_scans_touch_nothing_and_a_truncated_one_does() -> None:
    assert measured(METRIC, skull()).value == 0
    assert measured(METRIC, trunk()).value == pytest.approx(3.264)


@pytest.mark.parametrize(
    "voxels",
    [
        np.full((1, 64, 64), -1000, dtype=np.int16),
        np.full((1, 8, 8), 40, dtype=np.int16),
        np.full((2, 64, 64), np.nan, dtype=np.float32),
    ],
)
def test_air_holds_no_body(voxels: np.ndarray) -> None:
    found = measured(METRIC, volume(voxels))
    assert (found.value, found.reason) == (None, "no_body")
