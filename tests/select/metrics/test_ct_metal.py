"""Metal is the largest dense piece, in mm3, wherever it lies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.imaging.geometry import Geometry
from renkei.imaging.nifti import read_nifti
from renkei.imaging.volume import Volume
from renkei.select.metric import Case
from renkei.select.metrics.ct_metal import ct_metal


@given(side=st.integers(0, 6), at=st.integers(0, 10))
def test_a_cube_of_metal_is_found_in_its_size(side: int, at: int) -> None:
    voxels = np.full((20, 20, 20), 50, dtype=np.int16)
    voxels[at : at + side, at : at + side, at : at + side] = 3000
    volume = Volume(voxels, Geometry(voxels.shape, (2.0, 1.0, 0.5)), "CT")
    assert ct_metal(Case("CT", volume=volume)).value == pytest.approx(side**3)


def test_scattered_voxels_are_no_piece() -> None:
    voxels = np.full((9, 9, 9), 50, dtype=np.int16)
    voxels[::4, ::4, ::4] = 3000
    measured = ct_metal(Case("CT", volume=Volume(voxels, Geometry((9, 9, 9), (1, 1, 1)), "CT")))
    assert measured.value == 1
    assert measured.facts["voxels"] == 27


def test_a_real_scan_has_its_known_metal() -> None:
    from pathlib import Path

    volume = read_nifti(Path("samples/ct_nifti/example_ct.nii.gz"), modality="CT")
    assert ct_metal(Case("CT", volume=volume)).facts["largest"] == 429
