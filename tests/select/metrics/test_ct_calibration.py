"""A scale that is off by a known amount is found off by it; faults of the scale are named."""

from collections.abc import Iterator

import numpy as np
import pytest
from pydicom.dataset import Dataset
from tests.select.inject_ct import (
    abdomen,
    disc,
    dose_response,
    measured,
    off_scale,
    skull,
    trunk,
    volume,
)

from renkei.select.case import Case, Plane, case_of_volume
from renkei.select.metrics.ct_calibration import METRIC


def test_air_and_soft_tissue_of_a_phantom_lie_where_they_were_put() -> None:
    found = measured(METRIC, volume(disc(100, hu=40)[None]))
    assert found.facts["air_hu"] == pytest.approx(-1000, abs=1)
    assert found.facts["soft_hu"] == pytest.approx(40, abs=1)
    assert found.value <= 1


@pytest.mark.parametrize("hu", [30, 60, 90])
def test_a_known_offset_is_found_within_two_hu(hu: int) -> None:
    shifted = disc(100, hu=40) + np.int16(hu)
    assert measured(METRIC, volume(shifted[None])).value == pytest.approx(hu, abs=2)


def test_a_bigger_offset_reads_more_and_the_sham_reads_the_same() -> None:
    rho, drift = dose_response(METRIC, skull(), off_scale, (20, 40, 60, 80))
    assert rho > 0.99
    assert drift < 0.2


@pytest.mark.parametrize("scan", [abdomen, skull, trunk])
def test_real_scans_are_on_the_scale(scan) -> None:
    found = measured(METRIC, scan())
    assert found.value < 20
    assert found.codes == ()


def test_a_lacking_offset_and_a_scaled_scan_are_no_hounsfield_units() -> None:
    stored = skull().voxels.astype(np.int16) + np.int16(1024)
    assert measured(METRIC, volume(stored)).codes == ("rescale_implausible",)
    twice = skull().voxels.astype(np.int16) - np.int16(3072)
    assert measured(METRIC, volume(twice)).codes == ("rescale_implausible",)
    scaled = (skull().voxels / 3000).astype(np.float32)
    assert measured(METRIC, volume(scaled)).codes == ("rescale_implausible",)


def test_a_header_with_another_unit_or_no_slope_is_named() -> None:
    said = [METRIC.look(plane) for plane in _planes()]
    for element in ({"RescaleType": "MGML"}, {"RescaleSlope": 0}):
        header = Dataset()
        header.update(element)
        assert METRIC.sum_up(Case("CT", headers=(header,)), said).codes == ("rescale_implausible",)
    assert METRIC.sum_up(Case("CT", headers=(Dataset(),)), said).codes == ()


def test_a_scan_saved_through_a_window_has_cut_values() -> None:
    cut = np.clip(skull().voxels, -160, 240).astype(np.int16)
    assert measured(METRIC, volume(cut)).codes == ("values_cut",)


def test_metal_at_the_ceiling_is_counted_and_no_fault() -> None:
    found = measured(METRIC, trunk())
    assert 0 < found.facts["saturated_percent"] < 0.1


def test_air_that_was_filled_is_left_to_soft_tissue() -> None:
    voxels = disc(100, hu=40)
    voxels[disc(100, sd=0) < 0] = -1024
    found = measured(METRIC, volume(voxels[None]))
    assert "air_hu" not in found.facts
    assert found.value == 0


@pytest.mark.parametrize(
    ("voxels", "reason"),
    [
        (np.full((2, 8, 8), 40, dtype=np.int16), "no_air_or_soft_tissue"),
        (np.full((2, 8, 8), np.nan, dtype=np.float32), "no_pixels"),
    ],
)
def test_even_and_empty_images_say_not_applicable(voxels: np.ndarray, reason: str) -> None:
    found = measured(METRIC, volume(voxels))
    assert (found.value, found.reason) == (None, reason)


def _planes() -> Iterator[Plane]:
    return case_of_volume(volume(disc(100, hu=40)[None])).parts()
