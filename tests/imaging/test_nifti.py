"""NIfTI through one door."""

import gzip
import time
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from tests.imaging.conftest import small_volume

from renkei.imaging import nifti as module
from renkei.imaging.geometry import Geometry
from renkei.imaging.nifti import (
    NiftiRefusedError,
    from_sitk,
    nifti_bytes,
    read_nifti,
    to_sitk,
    write_nifti,
)
from renkei.imaging.volume import Volume

EXAMPLE = Path("samples/ct_nifti/example_ct.nii.gz")


def test_a_volume_comes_back_in_its_place():
    turned = Geometry((5, 6, 7), (2.0, 0.8, 0.7), (10.0, -20.0, 30.0), (0, 0, 1, 1, 0, 0, 0, 1, 0))
    voxels = np.random.default_rng(0).integers(-1000, 1000, (5, 6, 7)).astype(np.int16)
    found = read_nifti(nifti_bytes(Volume(voxels, turned, "CT")), modality="CT")
    assert np.array_equal(found.voxels, voxels)
    assert found.geometry.close_to(turned)


def test_the_same_volume_gives_the_same_bytes_at_any_time(tmp_path):
    first = nifti_bytes(small_volume())
    wait = time.time() + 1.1
    write_nifti(small_volume(), tmp_path / "again.nii.gz")
    while time.time() < wait:
        pass
    assert (tmp_path / "again.nii.gz").read_bytes() == first == nifti_bytes(small_volume())


def test_free_text_of_the_header_is_empty():
    plain = gzip.decompress(nifti_bytes(small_volume()))
    for start, length in module.TEXTS:
        assert plain[start : start + length] == bytes(length)


def test_the_sample_is_read_as_lps_and_narrowed():
    volume = read_nifti(EXAMPLE, modality="CT")
    assert volume.voxels.dtype == np.int16
    assert volume.geometry.shape == (112, 101, 122)
    # Written R-A-S: in LPS the x and y axes point to the right and the front.
    assert volume.geometry.orientation == "RAS"
    # 119 voxels at or above the 12-bit ceiling were counted in this scan.
    assert np.count_nonzero(volume.voxels >= 3071) == 119


def test_sitk_and_back_is_the_same():
    volume = small_volume()
    again = from_sitk(to_sitk(volume), modality="CT")
    assert np.array_equal(again.voxels, volume.voxels)
    assert again.geometry.close_to(volume.geometry)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x1f\x8b broken",
        gzip.compress(b"not nifti" * 100, mtime=0),
        gzip.compress(gzip.decompress(EXAMPLE.read_bytes())[:-1000], mtime=0),
        bytes(348),
        EXAMPLE.read_bytes()[:5000],
    ],
    ids=["empty", "broken gzip", "other", "short", "zeros", "cut"],
)
def test_what_is_no_nifti_is_refused(data):
    with pytest.raises(NiftiRefusedError):
        read_nifti(data)


def test_a_zip_bomb_is_refused(monkeypatch):
    monkeypatch.setattr(module, "MAX_BYTES", 1 << 20)
    with pytest.raises(NiftiRefusedError):
        read_nifti(gzip.compress(bytes(8 << 20)))


def test_four_dimensions_are_refused(tmp_path):
    image = sitk.GetImageFromArray(np.zeros((3, 4, 5, 6), np.int16), isVector=False)
    sitk.WriteImage(image, str(tmp_path / "four.nii"))
    with pytest.raises(NiftiRefusedError):
        read_nifti(tmp_path / "four.nii")
