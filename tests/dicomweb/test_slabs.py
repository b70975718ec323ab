"""Slabs."""

import gzip

import numpy as np
import pytest
from tests.dicomweb.conftest import small_ct

from renkei.dicomweb.slabs import SLAB, cut, slabs_of
from renkei.imaging.made import write_ct_series
from renkei.imaging.volume import Volume


def joined(slabs) -> np.ndarray:
    raw = b"".join(gzip.decompress(slab) for slab in slabs.slabs)
    return np.frombuffer(raw, "<i2").reshape(slabs.header["shape"])


@pytest.mark.parametrize("slices", [1, 15, 16, 17, 40])
def test_slabs_of_any_number_of_slices_are_the_volume(slices):
    volume = small_ct(slices)
    slabs = cut(volume)
    assert len(slabs.slabs) == -(-slices // SLAB)
    assert np.array_equal(joined(slabs), volume.voxels)
    assert slabs.size == sum(map(len, slabs.slabs))


def test_values_with_fractions_come_back_within_their_step():
    volume = small_ct()
    voxels = (volume.voxels * 0.137 + 3).astype(np.float32)
    slabs = cut(Volume(voxels, volume.geometry, "PT"))
    again = joined(slabs) * slabs.header["slope"] + slabs.header["intercept"]
    assert np.abs(again - voxels).max() <= slabs.header["slope"] / 2 * 1.01


def test_a_flat_volume_is_no_division_by_zero():
    volume = small_ct(2)
    flat = Volume(np.full(volume.geometry.shape, 0.5, np.float32), volume.geometry, "PT")
    slabs = cut(flat)
    assert (joined(slabs) * slabs.header["slope"] + slabs.header["intercept"] == 0.5).all()


def test_files_in_any_order_give_the_same_slabs():
    files = write_ct_series(small_ct(), {"PatientID": "P"})
    assert slabs_of(files[::-1]).slabs == slabs_of(files).slabs
