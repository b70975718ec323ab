"""A transform leaves as ITK text and as DICOM, and comes back as the same points."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from renkei.imaging.nifti import to_sitk
from renkei.preprocess.held import Scan
from renkei.preprocess.tfm import transform_bytes
from renkei.preprocess.transforms import (
    RegistrationRefusedError,
    carry_marks,
    carry_points,
    read_registration,
    registration_bytes,
)

DCIODVFY = shutil.which("dciodvfy")


def rigid(scan: Scan) -> sitk.Euler3DTransform:
    image = to_sitk(scan.image)
    middle = [n / 2 for n in image.GetSize()]
    transform = sitk.Euler3DTransform()
    transform.SetCenter(image.TransformContinuousIndexToPhysicalPoint(middle))
    transform.SetRotation(0.12, -0.08, 0.15)
    transform.SetTranslation((12.0, -16.0, 9.0))
    return transform


def affine(scan: Scan) -> sitk.AffineTransform:
    transform = sitk.AffineTransform(3)
    transform.SetCenter(rigid(scan).GetCenter())
    transform.Scale((1.05, 0.97, 1.02))
    transform.Shear(0, 1, 0.03)
    return transform


def warp(scan: Scan) -> sitk.Transform:
    spline = sitk.BSplineTransformInitializer(to_sitk(scan.image), [4, 5, 5], 3)
    count = len(spline.GetParameters())
    spline.SetParameters(np.random.default_rng(2).normal(0, 4, count).tolist())
    return sitk.CompositeTransform([rigid(scan), spline])


def inner_points(scan: Scan) -> list[tuple[float, float, float]]:
    image = to_sitk(scan.image)
    at = np.random.default_rng(1).uniform(0.2, 0.8, (40, 3)) * image.GetSize()
    return [image.TransformContinuousIndexToPhysicalPoint(p) for p in at.tolist()]


def apart(one, two, points) -> float:
    return max(
        float(np.linalg.norm(np.subtract(one.TransformPoint(p), two.TransformPoint(p))))
        for p in points
    )


@pytest.mark.parametrize("kind", [rigid, affine])
def test_a_matrix_comes_back_from_dicom(made: Scan, kind) -> None:
    transform = kind(made)
    back = read_registration(registration_bytes(transform, made.image, made.image))
    assert apart(transform, back, inner_points(made)) < 1e-3


def test_a_deformation_comes_back_from_dicom(made: Scan) -> None:
    transform = warp(made)
    back = read_registration(registration_bytes(transform, made.image, made.image))
    field = back.GetDisplacementField()
    nodes = [
        field.TransformIndexToPhysicalPoint([int(v) for v in at])
        for at in np.random.default_rng(3).integers(4, 30, (40, 3))
    ]
    assert apart(transform, back, nodes) < 1e-3
    assert apart(transform, back, inner_points(made)) < 0.3


@pytest.mark.parametrize("kind", [rigid, affine, warp])
def test_a_transform_comes_back_from_itk_text(made: Scan, tmp_path: Path, kind) -> None:
    path = tmp_path / "transform.tfm"
    path.write_bytes(transform_bytes(kind(made)))
    assert apart(kind(made), sitk.ReadTransform(str(path)), inner_points(made)) < 1e-9


@pytest.mark.parametrize("kind", [rigid, warp])
def test_the_same_transform_gives_the_same_bytes(made: Scan, kind) -> None:
    one, two = (registration_bytes(kind(made), made.image, made.image) for _ in range(2))
    assert one == two


@pytest.mark.skipif(DCIODVFY is None, reason="dicom3tools is not installed")
@pytest.mark.parametrize("kind", [rigid, affine, warp])
def test_dciodvfy_finds_no_error(made: Scan, tmp_path: Path, kind) -> None:
    framed = replace(made.image, frame_of_reference_uid="1.2.3.4")
    path = tmp_path / "registration.dcm"
    path.write_bytes(registration_bytes(kind(made), framed, made.image))
    said = subprocess.run([str(DCIODVFY), str(path)], capture_output=True, text=True, check=False)
    assert [line for line in said.stderr.splitlines() if line.startswith("Error")] == []


@pytest.mark.parametrize("kind", [rigid, affine, warp])
def test_points_are_carried_into_the_fixed_image(made: Scan, kind) -> None:
    transform, points = kind(made), inner_points(made)
    moved = [transform.TransformPoint(p) for p in points]
    assert np.abs(np.subtract(carry_points(moved, transform), points)).max() < 1e-4


def test_marks_keep_what_was_measured_and_slice_answers_stay_behind(made: Scan) -> None:
    transform = rigid(made)
    there = transform.TransformPoint((1.0, 2.0, 3.0))
    ruler = {"kind": "ruler", "points": [list(there), list(there)], "values": {"length_mm": 0.0}}
    (carried,) = carry_marks([ruler, {"kind": "slice_class", "points": [[0, 0, 0]]}], transform)
    assert np.allclose(carried["points"], [[1, 2, 3]] * 2, atol=1e-4)
    assert carried["values"] == ruler["values"]


def test_another_object_is_no_registration() -> None:
    slice_ = min(Path("samples/ct_dicom").glob("*.dcm")).read_bytes()
    with pytest.raises(RegistrationRefusedError):
        read_registration(slice_)
