"""Series → volume, beside SimpleITK and against injected faults."""

import io

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.imaging.conftest import small_volume
from tests.imaging.test_dicom import rewritten

from renkei.imaging.made import write_ct_series
from renkei.imaging.volume import SeriesRefusedError, read_series


def reasons(files) -> list[str]:
    with pytest.raises(SeriesRefusedError) as caught:
        read_series(files)
    return caught.value.facts["reasons"]


def test_the_sample_ct_is_what_simpleitk_reads(ct_files):
    volume = read_series(ct_files)
    at = {
        p: float(pydicom.dcmread(p, stop_before_pixels=True).ImagePositionPatient[2])
        for p in ct_files
    }
    image = sitk.ReadImage([str(p) for p in sorted(ct_files, key=at.__getitem__)])
    assert np.array_equal(volume.voxels, sitk.GetArrayFromImage(image))
    assert volume.voxels.dtype == np.int16
    assert volume.geometry.origin == pytest.approx(image.GetOrigin())
    assert volume.geometry.spacing == pytest.approx(image.GetSpacing()[::-1])
    assert volume.geometry.direction == pytest.approx(image.GetDirection())
    assert volume.facts.kernel == "Br38f"
    assert volume.facts.thickness_mm == 3
    assert volume.facts.unit == "HU"


def test_file_order_is_not_the_order_in_space(ct_files):
    volume = read_series(ct_files)
    by_name = pydicom.dcmread(ct_files[0], stop_before_pixels=True)
    assert volume.geometry.origin[2] < float(by_name.ImagePositionPatient[2])


@settings(max_examples=10)
@given(st.permutations(range(8)))
def test_any_order_gives_the_same_volume(order):
    volume = small_volume()
    files = write_ct_series(volume, {"PatientID": "P1"})
    found = read_series([files[i] for i in order])
    assert np.array_equal(found.voxels, volume.voxels)
    assert found.geometry.close_to(volume.geometry)


def test_the_sample_mr_is_regular_though_its_header_names_the_gap(mr_files):
    volume = read_series(mr_files)
    header = pydicom.dcmread(mr_files[1], stop_before_pixels=True)
    assert float(header.SpacingBetweenSlices) == 2.0
    assert volume.geometry.spacing[0] == pytest.approx(7.0, abs=0.01)
    assert np.allclose(volume.geometry.axes.T @ volume.geometry.axes, np.eye(3))
    # The last slice lies where its own header says, within the rounding of 20 steps.
    last = pydicom.dcmread(mr_files[-1], stop_before_pixels=True).ImagePositionPatient
    assert volume.geometry.point(19, 0, 0) == pytest.approx([float(v) for v in last], abs=0.1)
    assert (volume.modality, volume.voxels.dtype) == ("MR", np.int16)


def test_a_single_slice_takes_its_thickness():
    volume = read_series([open_sample("samples/rt/ct.0.dcm")])
    assert volume.geometry.shape == (1, 512, 512)
    assert volume.geometry.spacing[0] == 3


def open_sample(name: str) -> bytes:
    with open(name, "rb") as file:  # noqa: PTH123  one line less than Path here
        return file.read()


def test_the_planning_ct_of_the_sample_has_its_place():
    files = [open_sample("samples/rt/ct.0.dcm"), open_sample("samples/rt/rtss.dcm")]
    volume = read_series(files)
    assert volume.facts.set_aside == 1
    assert volume.geometry.origin == pytest.approx((-275, -524, 168.5593))


def test_faults_are_refused_by_name(small_files):
    assert reasons([]) == ["no_slices"]
    assert reasons(small_files[:3] + small_files[4:]) == ["missing_slice"]
    assert reasons([*small_files, small_files[0]]) == ["duplicate_position"]
    moved = rewritten(small_files[3], ImagePositionPatient=[-3.5, -4.0, 108.4])
    assert reasons([*small_files[:3], moved, *small_files[4:]]) == ["irregular_spacing"]
    other = write_ct_series(small_volume(), {"PatientID": "P2"})
    assert "several_series" in reasons([*small_files[:4], *other[4:]])
    assert reasons([rewritten(small_files[0], ImageOrientationPatient=None)]) == ["no_position"]
    broken = small_files[0].replace(b"108.5", b"1x8.5").replace(b"-3.5\\-4\\100", b"-3.5\\-4\\1x0")
    assert reasons([broken]) == ["bad_header"]


def test_a_fault_can_be_accepted_by_name(small_files):
    volume = read_series(small_files[:3] + small_files[4:], accept=["missing_slice"])
    assert volume.geometry.spacing[0] == pytest.approx(2.5)


def test_each_slice_is_rescaled_by_its_own_slope(small_files):
    files = [
        rewritten(data, RescaleSlope=str(1 + n), RescaleIntercept="0", Modality="PT")
        for n, data in enumerate(small_files)
    ]
    volume = read_series(files)
    stored = small_volume().voxels.astype(np.float32) + 1024
    assert volume.voxels.dtype == np.float32
    for n in range(8):
        assert np.allclose(volume.voxels[n], stored[n] * (1 + n))


def test_a_ct_stored_unsigned_keeps_its_negative_values(small_files):
    wide = [
        rewritten(data, BitsStored=16, HighBit=15, RescaleIntercept="-1024") for data in small_files
    ]
    assert np.array_equal(read_series(wide).voxels, small_volume().voxels)


def test_padding_becomes_air(small_files):
    dataset = pydicom.dcmread(io.BytesIO(small_files[0]))
    pixels = np.frombuffer(dataset.PixelData, "<u2").copy()
    pixels[:7] = 4095
    plain = rewritten(small_files[0], PixelData=pixels.tobytes(), SliceThickness="3")
    dataset = pydicom.dcmread(io.BytesIO(plain))
    dataset.add_new(0x00280120, "US", 4095)
    padded = io.BytesIO()
    dataset.save_as(padded)
    assert (read_series([plain]).voxels.ravel()[:7] == 3071).all()
    assert (read_series([padded.getvalue()]).voxels.ravel()[:7] == -1024).all()


def test_text_of_any_alphabet_survives():
    files = write_ct_series(small_volume(), {"SeriesDescription": "腹部CT 造影"})
    assert read_series(files).facts.description == "腹部CT 造影"
