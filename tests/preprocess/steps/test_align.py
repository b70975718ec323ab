"""A known offset is found, the real pair is proved, and other people's heads are refused."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from renkei.imaging.nifti import to_sitk
from renkei.imaging.volume import read_series
from renkei.preprocess.held import Scan
from renkei.preprocess.register import align_rigid, body_points, isotropic
from renkei.preprocess.step import StepRefusedError
from renkei.preprocess.steps.align import STEP
from renkei.preprocess.transforms import read_registration


def moved(scan: Scan, transform: sitk.Euler3DTransform) -> Scan:
    """Move a scan in its header alone: no voxel changes, so the truth is exact."""
    turn = np.array(transform.GetMatrix()).reshape(3, 3)
    geometry = replace(
        scan.image.geometry,
        origin=tuple(transform.TransformPoint(scan.image.geometry.origin)),
        direction=tuple((turn @ scan.image.geometry.axes).ravel()),
    )
    return Scan(replace(scan.image, geometry=geometry))


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


def test_the_same_scans_give_the_same_bytes(small: Scan, offset: sitk.Euler3DTransform) -> None:
    other = moved(small, offset)
    params = STEP.settle({"least_nmi": 1.0, "multi_start": False})
    one, two = (STEP.run(other, small, params) for _ in range(2))
    assert one.measures == two.measures
    assert np.array_equal(one.scan.image.voxels, two.scan.image.voxels)
    assert one.files == two.files


def test_an_affine_stretch_is_recovered(small: Scan) -> None:
    grid = small.image.geometry
    stretched = replace(
        grid, spacing=tuple(s * f for s, f in zip(grid.spacing, (1.06, 0.95, 1.04), strict=True))
    )
    other = Scan(replace(small.image, geometry=stretched))
    params = STEP.settle({"kind": "affine", "least_nmi": 1.0, "multi_start": False})
    done = STEP.run(other, small, params)
    assert done.finding == "accept"
    assert done.measures["scale_min"] == pytest.approx(0.95, abs=0.005)
    assert done.measures["scale_max"] == pytest.approx(1.06, abs=0.005)


def test_labels_points_and_files_go_through_the_same_transform(
    small: Scan, offset: sitk.Euler3DTransform
) -> None:
    point = (10.0, -20.0, 30.0)
    there = [list(offset.TransformPoint(point))]
    other = moved(small, offset)
    labels = replace(
        small.labels, geometry=other.image.geometry, marks=({"kind": "point", "points": there},)
    )
    params = STEP.settle({"least_nmi": 1.0, "multi_start": False})
    done = STEP.run(Scan(other.image, labels), small, params)
    assert done.measures["dice_after"] > 0.95
    assert done.measures["dice_before"] < 0.6
    assert np.allclose(done.scan.labels.marks[0]["points"], [point], atol=0.2)
    stored = read_registration(done.files["registration.dcm"])
    assert np.allclose(stored.TransformPoint(point), there[0], atol=0.2)
    assert done.files["transform.tfm"].startswith(b"#Insight Transform File")


def test_another_patients_head_is_refused(real_ct: Scan) -> None:
    other = Scan(read_series(sorted(Path("samples/mr_dicom").glob("*.dcm"))))
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(other, real_ct, STEP.settle({"least_nmi": 1.2, "multi_start": False}))
    assert refusal.value.facts["code"] in {"alignment_unproved", "no_overlap"}
