"""The same pixels under another UID and place are found; equal empty slices are no copies."""

from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import generate_uid
from tests.select.inject_stack import rewritten

from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume
from renkei.select.case import case_of_files, case_of_volume
from renkei.select.metric import measure
from renkei.select.metrics.repeats import METRIC

MR = [f.read_bytes() for f in sorted(Path("samples/mr_dicom").glob("*.dcm"))]


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_copies_under_a_new_uid_and_place_are_counted_with_their_slice(count: int) -> None:
    def moved(dataset) -> None:
        dataset.SOPInstanceUID = generate_uid()
        x, y, z = dataset.ImagePositionPatient
        dataset.ImagePositionPatient = [x, y, float(z) + 500]

    found = measure(case_of_files([*MR, *(rewritten(f, moved) for f in MR[:count])]), METRIC)[0]
    assert found.value == count
    assert found.codes == (("repeated_slice",) if count else ())
    assert [place.slice for place in found.places] == list(range(20, 20 + count))


def test_one_changed_pixel_is_another_slice_and_blank_ones_are_no_copies() -> None:
    voxels = np.tile(np.arange(64, dtype=np.int16).reshape(8, 8), (2, 1, 1))
    voxels[1, 0, 0] += 1
    volume = Volume(voxels, Geometry((2, 8, 8), (1, 1, 1)), "CT")
    assert measure(case_of_volume(volume), METRIC)[0].value == 0
    blank = Volume(np.zeros((3, 8, 8)), Geometry((3, 8, 8), (1, 1, 1)), "CT")
    assert measure(case_of_volume(blank), METRIC)[0].reason == "no_contrast"
