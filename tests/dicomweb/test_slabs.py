"""Slabs."""

import gzip
from io import BytesIO

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from tests.dicomweb.conftest import small_ct

from renkei.dicomweb.slabs import SLAB, cut, slabs_of
from renkei.imaging.made import write_ct_series
from renkei.imaging.volume import SeriesRefusedError, Volume


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


def changed(data: bytes, change) -> bytes:
    dataset = dcmread(BytesIO(data))
    change(dataset)
    out = BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def leaning(dataset: Dataset) -> None:
    x, y, z = dataset.ImagePositionPatient
    dataset.ImagePositionPatient = [x, y + 0.3 * z, z]


def test_a_tilted_or_uneven_stack_is_shown_slice_by_slice_and_says_why():
    files = write_ct_series(small_ct(8), {"PatientID": "P"})
    assert slabs_of(files).header["only_acquired"] == []
    gap = slabs_of(files[:3] + files[4:])
    assert gap.header["only_acquired"] == ["missing_slice"]
    assert np.array_equal(joined(gap)[3], joined(slabs_of(files))[4])
    tilted = slabs_of([changed(one, leaning) for one in files])
    assert tilted.header["only_acquired"] == ["tilt"]
    assert np.array_equal(joined(tilted), joined(slabs_of(files)))


def test_slices_that_lie_on_each_other_are_still_refused():
    files = write_ct_series(small_ct(4), {"PatientID": "P"})
    with pytest.raises(SeriesRefusedError):
        slabs_of([*files, files[0]])


def test_the_header_says_that_low_values_are_bright_and_a_window_of_no_width_is_none():
    def change(dataset: Dataset) -> None:
        dataset.PhotometricInterpretation = "MONOCHROME1"
        dataset.WindowCenter, dataset.WindowWidth = 0, 0

    files = write_ct_series(small_ct(3), {"PatientID": "P"})
    assert slabs_of(files).header["inverted"] is False
    header = slabs_of([changed(one, change) for one in files]).header
    assert header["inverted"] is True
    assert header["window"]["width"] >= 1
