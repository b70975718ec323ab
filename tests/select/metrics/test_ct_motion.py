"""A patient who moves between two slices shows as a step there; the sham does not."""

from collections.abc import Iterator

import numpy as np
import pytest
from tests.select.inject_ct import disc, dose_response, measured, step, trunk, volume

from renkei.imaging.made import made_ct
from renkei.imaging.volume import Volume
from renkei.select.case import Plane, case_of_volume
from renkei.select.metrics.ct_motion import METRIC


def slow() -> Volume:
    """Return a body that grows evenly from slice to slice."""
    return volume(np.stack([disc(40 + z / 2, 128, sd=10 + 0.1 * z) for z in range(20)]))


def test_a_bigger_step_reads_more_and_the_sham_reads_the_same() -> None:
    rho, drift = dose_response(METRIC, slow(), step, (2, 4, 8, 16))
    assert rho > 0.99
    assert drift < 0.2


def test_a_step_in_a_real_scan_is_seen_in_its_place() -> None:
    scan = trunk()
    clean, sham = measured(METRIC, scan), measured(METRIC, step(scan, 0))
    assert clean.value < 8
    assert sham.value == pytest.approx(clean.value, rel=0.2)
    found = measured(METRIC, step(scan, 10))
    assert found.value > 12
    assert found.places[0].slice == len(scan.voxels) // 2


@pytest.mark.parametrize("seed", [1, 2])
def test_a_made_scan_without_a_step_stays_below_the_limit_of_the_recipe(seed: int) -> None:
    assert measured(METRIC, made_ct(seed)[0]).value < 12


@pytest.mark.parametrize(
    "voxels",
    [
        disc(100)[None],
        np.stack([disc(100)] * 8),
        np.full((20, 8, 8), 40, dtype=np.int16),
        np.full((20, 64, 64), np.nan, dtype=np.float32),
    ],
)
def test_few_slices_and_even_ones_say_not_applicable(voxels: np.ndarray) -> None:
    found = measured(METRIC, volume(voxels))
    assert (found.value, found.reason) == (None, "too_few_slices")


def test_slices_of_several_sizes_are_compared_all_the_same() -> None:
    scan = volume(np.stack([disc(100, 256)] * 12))
    said = [METRIC.look(plane) for plane in _planes(scan)]
    small = [METRIC.look(plane) for plane in _planes(volume(np.stack([disc(50, 128)] * 12)))]
    assert METRIC.sum_up(None, said[:6] + small[6:]).facts["steps"] == 0


def _planes(scan: Volume) -> Iterator[Plane]:
    return case_of_volume(scan).parts()
