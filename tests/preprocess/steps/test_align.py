"""A known offset is found, the real pair is proved, and other people's heads are refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from renkei.imaging.nifti import to_sitk
from renkei.imaging.volume import Volume, read_series
from renkei.preprocess.held import Scan
from renkei.preprocess.register import align_rigid, body_points, isotropic
from renkei.preprocess.step import StepRefusedError
from renkei.preprocess.steps.align import STEP


def moved(scan: Scan, transform: sitk.Euler3DTransform) -> Scan:
    """Move a scan in its header alone: no voxel changes, so the truth is exact."""
    turn = np.array(transform.GetMatrix()).reshape(3, 3)
    geometry = replace(
        scan.image.geometry,
        origin=tuple(transform.TransformPoint(scan.image.geometry.origin)),
        direction=tuple((turn @ scan.image.geometry.axes).ravel()),
    )
    return Scan(replace(scan.image, geometry=geometry))


def middle(image: Volume) -> Scan:
    voxels = image.voxels[20:44, 32:96, 32:96]
    return Scan(replace(image, voxels=voxels, geometry=replace(image.geometry, shape=voxels.shape)))


@pytest.fixture(scope="module")
def offset() -> sitk.Euler3DTransform:
    transform = sitk.Euler3DTransform()
    transform.SetRotation(0.12, -0.08, 0.15)
    transform.SetTranslation((12.0, -16.0, 9.0))
    return transform


def test_a_known_rigid_offset_is_recovered(real_ct: Scan, offset: sitk.Euler3DTransform) -> None:
    other = moved(real_ct, offset)
    found = align_rigid(to_sitk(real_ct.image), to_sitk(other.image), same_frame=False, quick=True)
    points = body_points(isotropic(to_sitk(real_ct.image), 4.0)).tolist()
    errors = [
        np.linalg.norm(np.subtract(offset.TransformPoint(p), found.transform.TransformPoint(p)))
        for p in points
    ]
    assert np.mean(errors) < 0.5
    assert found.measures["seeds_mm"] < 0.5


def test_the_real_pair_is_proved(real_ct: Scan, real_mr: Scan) -> None:
    params = STEP.settle({"least_nmi": 1.2, "multi_start": False})
    done = STEP.run(real_mr, real_ct, params)
    assert done.finding == "accept"
    assert done.measures["nmi_after"] > done.measures["nmi_before"] + 0.1
    assert done.scan.image.geometry == real_ct.image.geometry


def test_the_same_scans_give_the_same_bytes(made: Scan, offset: sitk.Euler3DTransform) -> None:
    small = middle(made.image)
    other = moved(small, offset)
    params = STEP.settle({"least_nmi": 1.0, "multi_start": False})
    one, two = (STEP.run(other, small, params) for _ in range(2))
    assert one.measures == two.measures
    assert np.array_equal(one.scan.image.voxels, two.scan.image.voxels)


def test_another_patients_head_is_refused(real_ct: Scan) -> None:
    other = Scan(read_series(sorted(Path("samples/mr_dicom").glob("*.dcm"))))
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(other, real_ct, STEP.settle({"least_nmi": 1.2, "multi_start": False}))
    assert refusal.value.facts["code"] in {"alignment_unproved", "no_overlap"}
