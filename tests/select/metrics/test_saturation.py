"""Clipping a scan lower reads more; the scan itself reads next to nothing."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from renkei.imaging.geometry import Geometry
from renkei.imaging.nifti import read_nifti
from renkei.imaging.volume import Volume
from renkei.select.case import case_of_volume
from renkei.select.metric import Measured, measure
from renkei.select.metrics.saturation import METRIC

NIFTI = ("pair_ct_mr/ct_example", "pair_ct_mr/mri_t1_example", "ct_nifti/example_ct")


def saturation(voxels: np.ndarray) -> Measured:
    volume = Volume(voxels, Geometry(voxels.shape, (1, 1, 1)), "CT")
    return measure(case_of_volume(volume), METRIC)[0]


@pytest.mark.parametrize("name", NIFTI)
def test_clipping_reads_as_what_was_clipped_and_the_sham_as_nothing(name: str) -> None:
    real = np.array(read_nifti(Path(f"samples/{name}.nii.gz"), modality="CT").voxels)
    values = []
    for share in (0, 0.5, 2, 10):
        top = np.percentile(real, 100 - share)
        found = saturation(np.minimum(real, top))
        # As many pixels as had the top value or more, which ties make more than the share.
        assert found.value == pytest.approx(100 * np.mean(real >= top), abs=0.001)
        values.append(found.value)
    assert values[0] < 0.01
    assert spearmanr(values, range(4)).statistic >= 0.9


def test_the_worst_slice_is_the_place() -> None:
    voxels = np.tile(np.arange(64, dtype=np.int16).reshape(8, 8), (4, 1, 1))
    voxels[2, :4] = 63
    found = saturation(voxels)
    assert [p.slice for p in found.places] == [2]
    assert found.facts["worst_slice_percent"] == pytest.approx(100 * 33 / 64, abs=0.001)


@pytest.mark.parametrize("value", [0, np.nan])
def test_no_contrast_is_not_applicable(value: float) -> None:
    assert saturation(np.full((3, 8, 8), value, np.float32)).reason == "no_contrast"
