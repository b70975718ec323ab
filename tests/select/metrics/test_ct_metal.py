"""Metal is the largest dense piece of a slice, in mm2, wherever it lies."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.imaging.geometry import Geometry
from renkei.imaging.nifti import read_nifti
from renkei.imaging.volume import Volume
from renkei.select.case import case_of_volume
from renkei.select.metric import Measured, measure
from renkei.select.metrics.ct_metal import METRIC


def metal(voxels: np.ndarray, spacing: tuple[float, float, float] = (1, 1, 1)) -> Measured:
    volume = Volume(voxels, Geometry(voxels.shape, spacing), "CT")
    return measure(case_of_volume(volume), METRIC)[0]


@given(side=st.integers(0, 6), at=st.integers(0, 10))
def test_a_square_of_metal_is_found_in_its_size_and_place(side: int, at: int) -> None:
    voxels = np.full((20, 20, 20), 50, dtype=np.int16)
    voxels[at : at + side, at : at + side, at : at + side] = 3000
    measured = metal(voxels, (2.0, 1.0, 0.5))
    assert measured.value == pytest.approx(side**2 / 2)
    assert [place.slice for place in measured.places] == ([at] if side else [])


def test_scattered_voxels_are_no_piece() -> None:
    voxels = np.full((9, 9, 9), 50, dtype=np.int16)
    voxels[::4, ::4, ::4] = 3000
    assert metal(voxels).value == 1


def test_a_real_scan_has_its_known_metal() -> None:
    volume = read_nifti(Path("samples/ct_nifti/example_ct.nii.gz"), modality="CT")
    measured = measure(case_of_volume(volume), METRIC)[0]
    assert (measured.value, measured.facts["slices"]) == (387, 17)
