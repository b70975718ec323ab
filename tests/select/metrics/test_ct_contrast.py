"""A vessel of a known density is read at it; bone and plain scans are not taken for contrast."""

from pathlib import Path

import numpy as np
import pytest
from tests.select.inject_ct import (
    abdomen,
    disc,
    dose_response,
    measured,
    remade,
    skull,
    trunk,
    volume,
)

from renkei.imaging.volume import Volume
from renkei.select.case import case_of_files
from renkei.select.metric import measure
from renkei.select.metrics.ct_contrast import METRIC

Y, X = np.mgrid[:256, :256]
VESSEL = np.hypot(Y - 110, X - 128) < 16
BONE = np.hypot(Y - 180, X - 128) < 20


def body(vessel: float, *, slices: int = 4) -> Volume:
    """Return bodies with a vertebra of dense rim and marrow of 200 HU, and a vessel."""
    voxels = disc(110, sd=10)
    voxels[BONE] += 850
    voxels[np.hypot(Y - 180, X - 128) < 15] -= 700
    voxels[VESSEL] += np.int16(vessel - 50)
    return volume(np.stack([voxels] * slices))


@pytest.mark.parametrize(("hu", "phase"), [(160, 1), (220, 1), (280, 2), (380, 2)])
def test_a_vessel_is_read_at_its_density(hu: float, phase: int) -> None:
    found = measured(METRIC, body(hu))
    assert found.value == pytest.approx(hu, rel=0.05)
    assert found.facts["phase"] == phase


def test_a_denser_vessel_reads_more_and_the_sham_reads_the_same() -> None:
    def denser(scan: Volume, hu: float) -> Volume:
        return remade(scan, lambda v: v + hu * VESSEL)

    rho, drift = dose_response(METRIC, body(150), denser, (40, 80, 120, 160))
    assert rho > 0.99
    assert drift < 0.2


def test_marrow_is_no_contrast() -> None:
    found = measured(METRIC, body(50))
    assert (found.value, found.reason) == (None, "nothing_enhanced")
    assert found.facts["phase"] == 0


@pytest.mark.parametrize("scan", [skull, trunk])
def test_real_scans_without_contrast_show_none(scan) -> None:
    assert measured(METRIC, scan()).reason == "nothing_enhanced"


def test_a_real_venous_scan_is_venous_as_its_header_says() -> None:
    assert measured(METRIC, abdomen()).facts["phase"] == 1
    case = case_of_files(sorted(Path("samples/ct_dicom").glob("*.dcm"))[6:9])
    assert measure(case, METRIC)[0].facts["agent_in_header"] == 1


@pytest.mark.parametrize(
    "voxels",
    [
        np.full((3, 64, 64), -1000, dtype=np.int16),
        np.full((3, 8, 8), 200, dtype=np.int16),
        np.full((3, 64, 64), np.nan, dtype=np.float32),
    ],
)
def test_air_holds_no_body(voxels: np.ndarray) -> None:
    assert measured(METRIC, volume(voxels)).reason == "no_body"


def test_pixels_of_no_size_and_of_a_metre_are_no_crash() -> None:
    for size in (0.0, 1000.0):
        scan = volume(body(300).voxels, (3, size or 1e-9, size or 1e-9))
        assert measured(METRIC, scan).n == 4
