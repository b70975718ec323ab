"""Known noise is found again, more noise never reads less, and a sham copy reads the same."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import ndimage
from tests.select.inject_ct import (
    Fault,
    abdomen,
    ct_like,
    disc,
    dose_response,
    measured,
    skull,
    volume,
    white,
)

from renkei.imaging.volume import Volume
from renkei.select.metrics.ct_noise import METRIC, noise_of_slice


@pytest.mark.parametrize("sd", [5, 10, 20, 40])
def test_a_known_sd_is_found_within_five_per_cent(sd: float) -> None:
    assert noise_of_slice(disc(200, 512, sd=sd), (0.7, 0.7)) == pytest.approx(sd, rel=0.05)


@pytest.mark.parametrize("fault", [white, ct_like])
@pytest.mark.parametrize(("scan", "own", "added"), [(abdomen, 11.6, 15), (skull, 5.5, 10)])
def test_noise_above_the_scan_s_own_is_found_within_five_per_cent(
    scan: Callable[[], Volume], own: float, added: float, fault: Fault
) -> None:
    """What is added is held against the sham, which went the same way with nothing added."""
    sham = measured(METRIC, fault(scan(), 0)).value
    assert sham == pytest.approx(own, abs=0.5)
    for sd in (added, 20, 40):
        value = measured(METRIC, fault(scan(), sd)).value
        assert np.sqrt(value**2 - sham**2) == pytest.approx(sd, rel=0.05)


def test_more_noise_reads_more_and_the_sham_reads_the_same() -> None:
    rho, drift = dose_response(METRIC, skull(), ct_like, (5, 10, 20, 30, 40))
    assert rho > 0.99
    assert drift < 0.2


def test_noise_that_grows_along_z_shows_in_the_trend_and_the_place() -> None:
    scan = volume(np.stack([disc(100, sd=5 + 2 * z) for z in range(8)]))
    found = measured(METRIC, scan)
    assert found.facts["trend_hu_per_slice"] == pytest.approx(2, rel=0.1)
    assert found.facts["p90"] > found.value
    assert found.places[0].slice == 7


@pytest.mark.parametrize(
    "voxels",
    [
        np.full((1, 64, 64), -1000, dtype=np.int16),
        np.zeros((2, 64, 64), dtype=np.int16),
        np.full((2, 64, 64), np.nan, dtype=np.float32),
        np.full((1, 8, 8), 40, dtype=np.int16),
    ],
)
def test_air_a_fill_and_nothing_say_not_applicable(voxels: np.ndarray) -> None:
    found = measured(METRIC, volume(voxels))
    assert (found.value, found.reason) == (None, "too_little_soft_tissue")


def test_a_masked_background_of_zero_hu_is_no_quiet_tissue() -> None:
    voxels = disc(100, sd=12)
    voxels[disc(100, sd=0) < 0] = 0
    assert measured(METRIC, volume(voxels[None])).value == pytest.approx(12, rel=0.05)


def test_edges_are_no_noise() -> None:
    """Stripes of fat and muscle with 5 HU of noise read 5 HU, not their contrast."""
    stripes = np.where(np.arange(256)[None, :] // 64 % 2, 60, -40) * np.ones((256, 1))
    noise = np.random.default_rng(1).normal(0, 5, stripes.shape)
    found = noise_of_slice(ndimage.gaussian_filter(stripes, 1.0) + noise, (1.0, 1.0))
    assert found == pytest.approx(5, rel=0.1)
