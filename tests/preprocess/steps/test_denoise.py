"""Noise goes, edges stay; what would take structure away is refused."""

from dataclasses import replace

import numpy as np
import pytest

from renkei.imaging.geometry import Geometry
from renkei.imaging.made import made_ct
from renkei.imaging.volume import Volume
from renkei.preprocess.held import Scan
from renkei.preprocess.step import StepRefusedError
from renkei.preprocess.steps.denoise import STEP, noise_sigma


@pytest.fixture(scope="module")
def noisy() -> tuple[Scan, np.ndarray]:
    """Made cases differ by noise alone, so the clean one is the truth."""
    clean, _ = made_ct(9, noise=0.0)
    volume, _ = made_ct(9, noise=2.0)
    cut = slice(20, 36)
    part = Volume(
        volume.voxels[cut].copy(), Geometry((16, 128, 128), volume.geometry.spacing), "CT"
    )
    return Scan(part), clean.voxels[cut].astype(float)


def rmse(voxels: np.ndarray, truth: np.ndarray) -> float:
    body = truth > -300
    return float(np.sqrt(np.mean((voxels[body] - truth[body]) ** 2)))


@pytest.mark.parametrize(("method", "strength"), [("tv", 0.5), ("nlm", 0.8)])
def test_it_comes_nearer_to_the_truth(noisy, method: str, strength: float) -> None:
    scan, truth = noisy
    done = STEP.run(scan, STEP.settle({"method": method, "strength": strength}))
    assert rmse(done.scan.image.voxels, truth) < 0.8 * rmse(scan.image.voxels, truth)
    assert done.measures["sigma_after"] < 0.7 * done.measures["sigma_before"]
    assert done.measures["edges_kept"] > 0.95


def test_too_strong_is_refused_because_structure_is_lost(noisy) -> None:
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(noisy[0], STEP.settle({"method": "tv", "strength": 30}))
    assert refusal.value.facts["code"] == "structure_lost"


def test_without_a_noise_estimate_nothing_is_done(noisy) -> None:
    air = replace(noisy[0].image, voxels=np.full_like(noisy[0].image.voxels, -1000))
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(Scan(air), STEP.settle({}))
    assert refusal.value.facts["code"] == "sigma_unknown"


@pytest.mark.parametrize("sd", [5.0, 20.0])
def test_white_noise_in_an_mr_is_measured_within_five_per_cent(sd: float) -> None:
    y, x = np.mgrid[:96, :96]
    head = np.where((y - 48) ** 2 + (x - 48) ** 2 < 40**2, 500.0, 0.0)
    voxels = head + np.random.default_rng(1).normal(0, sd, (20, 96, 96))
    image = Volume(voxels.astype(np.float32), Geometry((20, 96, 96), (3, 1, 1)), "MR")
    assert noise_sigma(image) == pytest.approx(sd, rel=0.05)


def test_the_kind_of_number_and_the_grid_stay(noisy) -> None:
    done = STEP.run(noisy[0], STEP.settle({}))
    assert done.scan.image.voxels.dtype == noisy[0].image.voxels.dtype
    assert done.scan.image.geometry == noisy[0].image.geometry
