"""Even slices are counted, inside a stack they are a fault; the ends of the range are shares."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from renkei.imaging.geometry import Geometry
from renkei.imaging.nifti import read_nifti
from renkei.imaging.volume import Volume
from renkei.select.case import case_of_volume
from renkei.select.metric import Measured, measure
from renkei.select.metrics.constant import METRIC


def constant(voxels: np.ndarray) -> Measured:
    volume = Volume(voxels, Geometry(voxels.shape, (1, 1, 1)), "CT")
    return measure(case_of_volume(volume), METRIC)[0]


@pytest.fixture(scope="module")
def real() -> np.ndarray:
    path = Path("samples/pair_ct_mr/ct_example.nii.gz")
    return np.array(read_nifti(path, modality="CT").voxels)


def test_a_real_scan_has_none_and_more_blank_slices_read_more(real: np.ndarray) -> None:
    values = []
    for blank in (0, 1, 2, 5):
        voxels = real.copy()
        voxels[4 : 4 + blank] = -1000
        found = constant(voxels)
        values.append(found.value)
        assert found.codes == (("constant_slice",) if blank else ())
        assert [p.slice for p in found.places] == list(range(4, 4 + blank))
    assert values == pytest.approx([100 * n / len(real) for n in (0, 1, 2, 5)], abs=0.001)
    assert spearmanr(values, range(4)).statistic >= 0.9


def test_padding_at_an_end_is_counted_and_no_fault(real: np.ndarray) -> None:
    voxels = real.copy()
    voxels[-2:] = 0
    found = constant(voxels)
    assert found.value > 0
    assert found.codes == ()


def test_a_known_share_lies_at_each_end() -> None:
    voxels = np.tile(np.arange(100, dtype=np.int16), (3, 2, 5))
    voxels[1] += 0
    voxels[2, 0] = 99
    shares = constant(voxels).facts
    assert shares["at_least_percent"] == pytest.approx(100 * 25 / 3000, abs=0.001)
    assert shares["at_most_percent"] == pytest.approx(100 * 525 / 3000, abs=0.001)


def test_values_that_are_none_say_nothing() -> None:
    assert constant(np.full((2, 8, 8), np.nan, np.float32)).reason == "no_pixels"
    assert constant(np.zeros((2, 8, 8), np.int16)).value == 100
