"""The mark of synthetic and made cases."""

import gzip
import io
import json

import numpy as np
import pydicom
import pytest
from tests.imaging.conftest import small_volume

from renkei.imaging.nifti import nifti_bytes, read_nifti
from renkei.imaging.synthetic import (
    Mark,
    NotMarkedError,
    is_made,
    is_synthetic,
    mark_dataset,
    mark_nifti,
    nifti_mark,
    sidecar,
)

MARK = Mark("set-1", "procedural_lesion", "1", 42, "ab" * 32)


def test_a_marked_object_keeps_its_mark_in_the_file(small_files):
    dataset = pydicom.dcmread(io.BytesIO(small_files[0]))
    assert not is_synthetic(dataset)
    assert is_made(dataset)
    mark_dataset(dataset, MARK)
    out = io.BytesIO()
    dataset.save_as(out)
    again = pydicom.dcmread(io.BytesIO(out.getvalue()))
    assert is_synthetic(again)
    assert again[0x0008001C].value == "YES"
    assert again.SeriesDescription.startswith("SYNTHETIC")
    assert again.ImageType[:2] == ["DERIVED", "SECONDARY"]
    assert again.PatientID == "SYN-set-1-42"
    assert "太郎" not in str(again)
    assert MARK.params_sha256 in again.ContributingEquipmentSequence[0].ContributionDescription


def test_marking_twice_is_marking_once(small_files):
    dataset = pydicom.dcmread(io.BytesIO(small_files[0]))
    mark_dataset(dataset, MARK)
    first = dataset.to_json()
    mark_dataset(dataset, MARK)
    assert dataset.to_json() == first


def test_a_marked_nifti_is_still_the_same_volume():
    volume = small_volume()
    marked = mark_nifti(nifti_bytes(volume), MARK)
    again = read_nifti(marked)
    assert np.array_equal(again.voxels, volume.voxels)
    assert again.geometry.close_to(volume.geometry)
    assert nifti_mark(marked) == MARK
    assert b"SYNTHETIC set-1" in gzip.decompress(marked)[:348]
    assert json.loads(sidecar(MARK))["synthetic"] is True
    assert mark_nifti(nifti_bytes(volume), MARK) == marked


def test_an_unmarked_nifti_is_refused():
    with pytest.raises(NotMarkedError):
        nifti_mark(nifti_bytes(small_volume()))
    with pytest.raises(NotMarkedError):
        mark_nifti(gzip.compress(bytes(400)), MARK)
