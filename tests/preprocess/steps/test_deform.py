"""A known warp is found, and what folds or does not come back is refused."""

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from renkei.imaging.nifti import to_sitk
from renkei.preprocess import Scan
from renkei.preprocess.consistency import jacobian_measures
from renkei.preprocess.deform import deform
from renkei.preprocess.freeform import Lattice, finer, gather, spread
from renkei.preprocess.information import mutual, sample
from renkei.preprocess.register import body_points, isotropic
from renkei.preprocess.step import StepRefusedError
from renkei.preprocess.steps.deform import STEP

PARAMS = {"least_nmi": 1.0, "multi_start": False}


def known_warp(image: sitk.Image) -> sitk.Transform:
    cells = [
        max(2, int(n * s / 70)) for n, s in zip(image.GetSize(), image.GetSpacing(), strict=True)
    ]
    warp = sitk.BSplineTransformInitializer(image, cells, 3)
    count = len(warp.GetParameters())
    warp.SetParameters(np.random.default_rng(4).normal(0, 8, count).tolist())
    return warp


@pytest.fixture(scope="module")
def warped(small: Scan) -> tuple[Scan, sitk.Transform]:
    """Return the made case as a known warp leaves it, with other noise, and the warp."""
    image = to_sitk(small.image)
    warp = known_warp(image)
    laid = sitk.GetArrayFromImage(sitk.Resample(image, image, warp, sitk.sitkLinear, -1024))
    laid = laid + np.random.default_rng(5).normal(0, 10, laid.shape)
    return Scan(replace(small.image, voxels=laid.astype(np.int16))), warp


def test_a_known_warp_is_recovered(small: Scan, warped: tuple[Scan, sitk.Transform]) -> None:
    fixed, warp = warped
    done = STEP.run(small, fixed, STEP.settle(PARAMS))
    assert done.finding == "accept"
    found = _stored(done.files["transform.tfm"])
    points = body_points(isotropic(to_sitk(fixed.image), 4.0)).tolist()
    start = sitk.Transform(3, sitk.sitkIdentity)
    assert _apart(warp, start, points) > 3.0
    assert _apart(warp, found, points) < 1.2
    assert done.measures["folded"] == 0
    assert done.scan.labels is not None


def test_the_same_pair_gives_the_same_transform(small: Scan) -> None:
    image = to_sitk(small.image)[16:48, 16:48, 8:24]
    start = sitk.Euler3DTransform()
    start.SetTranslation((3.0, 2.0, -2.0))
    one, two = (deform(image, image, start) for _ in range(2))
    assert one.measures == two.measures
    assert one.transform.TransformPoint((9, 9, 9)) == two.transform.TransformPoint((9, 9, 9))


def test_two_modalities_are_never_refined(real_ct: Scan, real_mr: Scan) -> None:
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(real_mr, real_ct, STEP.settle({"refine": True}))
    assert refusal.value.facts["code"] == "refine_needs_one_modality"


def test_a_fold_is_seen_and_a_rigid_turn_is_none() -> None:
    image = sitk.Image([40, 40, 40], sitk.sitkFloat32)
    body = np.ones((40, 40, 40), bool)
    turn = sitk.Euler3DTransform()
    turn.SetRotation(0.3, 0.2, -0.4)
    turn.SetTranslation((50.0, 0.0, 0.0))
    assert jacobian_measures(image, turn, body)["folded"] == 0
    assert jacobian_measures(image, turn, body)["jacobian_min"] == pytest.approx(1, abs=1e-6)
    x = np.arange(40, dtype=float)
    field = np.zeros((40, 40, 40, 3))
    field[..., 0] = -20 * np.exp(-(((x - 20) / 4) ** 2)) * (x - 20) / 10
    fold = sitk.GetImageFromArray(field, isVector=True)
    assert jacobian_measures(image, sitk.DisplacementFieldTransform(fold), body)["folded"] > 0


def test_the_slope_of_the_information_is_true() -> None:
    random = np.random.default_rng(6)
    fixed = random.integers(0, 48, 3000)
    moving = random.uniform(4, 40, 3000).astype(np.float32)
    way = random.normal(size=3000).astype(np.float32)
    _, slope = mutual(fixed, moving)
    ahead, behind = (mutual(fixed, moving + way * np.float32(s * 0.01))[0] for s in (1, -1))
    assert (ahead - behind) / 0.02 == pytest.approx(float((slope * way).sum()), rel=0.02)


def test_a_sample_outside_is_nothing_and_a_plane_has_its_slope() -> None:
    z, y, x = np.meshgrid(*(np.arange(6.0),) * 3, indexing="ij")
    image = (2 * z - y + 3 * x).astype(np.float32)
    value, slope = sample(image, np.array([[2.5, -1], [1.25, 2], [3.5, 2]], np.float32))
    assert value[0] == pytest.approx(2 * 2.5 - 1.25 + 3 * 3.5)
    assert slope[:, 0] == pytest.approx([2, -1, 3])
    assert np.isnan(value[1])
    assert not slope[:, 1].any()


def test_a_finer_lattice_is_the_same_spline_and_gather_is_the_transpose() -> None:
    lattice = Lattice((2, 3, 4), 40.0, (-3.0, -2.0, -1.0))
    random = np.random.default_rng(7)
    control = random.normal(size=(3, 5, 6, 7)).astype(np.float32)
    counts = (16, 23, 31)

    def bases(one: Lattice) -> list[np.ndarray]:
        return [one.basis(axis, n, 5.0) for axis, n in enumerate(counts)]

    coarse = spread(control[0], bases(lattice))
    assert np.allclose(coarse, spread(finer(control)[0], bases(lattice.finer())), atol=1e-5)
    voxels = random.normal(size=counts).astype(np.float32)
    there = float((coarse * voxels).sum())
    back = float((control[0] * gather(voxels, bases(lattice))).sum())
    assert there == pytest.approx(back, rel=1e-4)


def _stored(text: bytes) -> sitk.Transform:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "transform.tfm")
        path.write_bytes(text)
        return sitk.ReadTransform(str(path))


def _apart(one, two, points) -> float:
    missed = [np.subtract(one.TransformPoint(p), two.TransformPoint(p)) for p in points]
    return float(np.mean(np.linalg.norm(missed, axis=1)))
