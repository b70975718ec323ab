"""Noise goes, edges and lesions stay; what would take structure away is refused."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet
from renkei.imaging.made import made_ct
from renkei.imaging.volume import Volume
from renkei.preprocess.held import Scan
from renkei.preprocess.nlm import non_local_means
from renkei.preprocess.noise import noise_of, noise_sigma
from renkei.preprocess.step import Finding, StepRefusedError
from renkei.preprocess.steps import denoise
from renkei.preprocess.steps.denoise import STEP, reach

CUT = slice(22, 38)


@pytest.fixture(scope="module")
def noisy() -> tuple[Scan, np.ndarray]:
    """Made cases differ by noise alone, so the clean one is the truth."""
    clean, _ = made_ct(9, noise=0.0)
    volume, labels = made_ct(9)
    grid = Geometry((16, 128, 128), volume.geometry.spacing)
    part = Volume(volume.voxels[CUT].copy(), grid, "CT")
    segments = tuple(replace(s, mask=s.mask[CUT].copy()) for s in labels.segments)
    return Scan(part, LabelSet(grid, segments)), clean.voxels[CUT].astype(float)


@pytest.fixture(scope="module")
def done(noisy):
    return STEP.run(noisy[0], STEP.settle({}))


def rmse(voxels: np.ndarray, truth: np.ndarray) -> float:
    body = truth > -300
    return float(np.sqrt(np.mean((voxels[body] - truth[body]) ** 2)))


@pytest.mark.parametrize("method", ["tv", "nlm"])
def test_it_comes_nearer_to_the_truth_by_as_much_as_it_says(noisy, method: str) -> None:
    scan, truth = noisy
    done = STEP.run(Scan(scan.image), STEP.settle({"method": method}))
    gain = 20 * np.log10(rmse(scan.image.voxels, truth) / rmse(done.scan.image.voxels, truth))
    assert gain > 2
    assert done.measures["expected_db"] == pytest.approx(gain, abs=1.5)
    assert done.measures["gain_db"] == pytest.approx(gain, abs=1.5)
    assert done.measures["sigma_after"] < 0.7 * done.measures["sigma_before"]
    assert done.measures["edges_kept"] > 0.95


def test_a_lesion_keeps_its_contrast(noisy, done) -> None:
    scan, truth = noisy
    lesion = scan.labels.named("lesion").mask
    shell = ndimage.binary_dilation(lesion, iterations=3) & ~lesion

    def contrast(voxels: np.ndarray) -> float:
        return float(voxels[lesion].mean() - voxels[shell].mean())

    found = contrast(done.scan.image.voxels.astype(float))
    assert found == pytest.approx(contrast(scan.image.voxels.astype(float)), rel=0.05)
    assert found == pytest.approx(contrast(truth), rel=0.1)
    assert done.measures["label_shift"] < 0.25
    assert done.measures["contrast_lost"] < 0.05


def test_too_strong_is_refused_because_structure_is_lost(noisy) -> None:
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(noisy[0], STEP.settle({"method": "tv", "strength": 30}))
    assert refusal.value.facts["code"] == "structure_lost"
    assert refusal.value.facts["contrast_kept"] < 0.9


def test_without_a_noise_estimate_nothing_is_done(noisy) -> None:
    air = replace(noisy[0].image, voxels=np.full_like(noisy[0].image.voxels, -1000))
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(Scan(air), STEP.settle({}))
    assert refusal.value.facts["code"] == "sigma_unknown"


def head(sd: float, *, magnitude: bool) -> tuple[Volume, np.ndarray]:
    """Return a disc of 500 with a darker core in air, with noise, and the truth."""
    y, x = np.mgrid[:96, :96] - 48
    disc = np.where(y**2 + x**2 < 36**2, 500.0, 0.0) - np.where(y**2 + x**2 < 15**2, 200.0, 0.0)
    truth = np.broadcast_to(disc, (16, 96, 96))
    random = np.random.default_rng(1)
    voxels = truth + random.normal(0, sd, truth.shape)
    if magnitude:
        voxels = np.hypot(voxels, random.normal(0, sd, truth.shape))
    return Volume(voxels.astype(np.float32), Geometry(truth.shape, (3, 1, 1)), "MR"), truth


@pytest.mark.parametrize("sd", [5.0, 20.0])
def test_white_noise_in_an_mr_is_measured_within_five_per_cent(sd: float) -> None:
    assert noise_sigma(head(sd, magnitude=False)[0]) == pytest.approx(sd, rel=0.05)


def test_magnitudes_are_told_by_their_air_and_lose_what_noise_added() -> None:
    image, truth = head(40.0, magnitude=True)
    assert noise_of(image).rician
    assert not noise_of(head(40.0, magnitude=False)[0]).rician
    done = STEP.run(Scan(image), STEP.settle({"method": "nlm"}))
    assert done.measures["noise_rician"] == 1
    # Noise lifts 300 to 302.7 and air to 50; what is left of that is a fraction.
    air = truth == 0
    assert image.voxels[air].mean() > 49
    assert done.scan.image.voxels[air].mean() < 20
    assert rmse(done.scan.image.voxels, truth) < 0.6 * rmse(image.voxels, truth)


def test_shared_noise_is_told_from_white() -> None:
    y, x = np.mgrid[:128, :128] - 64
    body = np.where(y**2 + x**2 < 55**2, 40.0, -1000.0)
    grain = np.random.default_rng(2).normal(0, 1, (8, 128, 128))
    for blur, correlated in ((0.0, False), (0.8, True)):
        made = ndimage.gaussian_filter(grain, (0, blur, blur))
        voxels = body + made * 20 / made.std()
        noise = noise_of(Volume(voxels, Geometry(voxels.shape, (2, 1, 1)), "CT"))
        assert noise.correlated is correlated
        assert noise.sigma == pytest.approx(20, rel=0.15)


def test_a_way_that_parts_doubt_is_not_run_on_the_whole(monkeypatch) -> None:
    """The lesion of this case loses contrast by each way, which its surroundings show."""
    volume, labels = made_ct(6)
    grid = Geometry((32, 128, 128), (6.0, *volume.geometry.spacing[1:]))
    segments = tuple(replace(one, mask=one.mask[::2].copy()) for one in labels.segments)
    scan = Scan(Volume(volume.voxels[::2].copy(), grid, "CT"), LabelSet(grid, segments))
    whole = []

    def counted(voxels: np.ndarray, *args, **kwargs) -> np.ndarray:
        whole.extend([1] * (voxels.shape == grid.shape))
        return non_local_means(voxels, *args, **kwargs)

    monkeypatch.setattr(denoise, "non_local_means", counted)
    found = STEP.run(scan, STEP.settle({"method": "nlm"}))
    assert (found.finding, len(whole)) == ("review", 1)
    monkeypatch.setattr(denoise, "_foretell", lambda *_: Finding.ACCEPT)
    all_tried = STEP.run(scan, STEP.settle({"method": "nlm"}))
    assert len(whole) == 1 + 3
    assert all_tried.measures == found.measures
    assert np.array_equal(all_tried.scan.image.voxels, found.scan.image.voxels)


def test_thick_slices_are_not_searched_across() -> None:
    assert reach((1.0, 1.0, 1.0)) == (2, 2, 2)
    assert reach((1.5, 1.0, 1.0)) == (1, 2, 2)
    assert reach((4.0, 1.25, 1.25)) == (0, 2, 2)


def test_the_same_scan_gives_the_same_bytes_on_its_own_grid(noisy, done) -> None:
    again = STEP.run(noisy[0], STEP.settle({}))
    assert np.array_equal(again.scan.image.voxels, done.scan.image.voxels)
    assert again.measures == done.measures
    assert done.scan.image.voxels.dtype == noisy[0].image.voxels.dtype
    assert done.scan.image.geometry == noisy[0].image.geometry
