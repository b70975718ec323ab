"""A scan's own scale and offset fall away; two scanners come nearer; what was used is recorded."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume, read_series
from renkei.preprocess.body import body_mask
from renkei.preprocess.held import Scan
from renkei.preprocess.step import StepRefusedError
from renkei.preprocess.steps.intensity import PERCENTS, STEP, fit

METHODS = ("zscore", "percentile", "nyul", "white_stripe")


def halved(image: Volume) -> Scan:
    """Return every second voxel of each slice."""
    dz, dy, dx = image.geometry.spacing
    voxels = np.ascontiguousarray(image.voxels[:, ::2, ::2])
    return Scan(Volume(voxels, Geometry(voxels.shape, (dz, 2 * dy, 2 * dx)), "MR"))


@pytest.fixture(scope="module")
def first(real_mr: Scan) -> Scan:
    return halved(real_mr.image)


@pytest.fixture(scope="module")
def second() -> Scan:
    """Another patient on another scanner; one file of the series is broken."""
    files = sorted(Path("samples/mr_dicom").glob("*.dcm"))[1:]
    return halved(read_series(files))


@pytest.fixture(scope="module")
def landmarks(first: Scan, second: Scan) -> list[float]:
    return fit([first, second], STEP.settle({"method": "nyul"}))["landmarks"]


def settled(method: str, landmarks: list[float]) -> dict:
    return STEP.settle({"method": method, **({"landmarks": landmarks} if method == "nyul" else {})})


@pytest.mark.parametrize("method", METHODS)
def test_scale_and_offset_fall_away(first: Scan, landmarks, method: str) -> None:
    params = settled(method, landmarks)
    other = replace(first.image, voxels=first.image.voxels * np.float32(2.0) + np.float32(64))
    one = STEP.run(first, params).scan.image.voxels
    two = STEP.run(Scan(other), params).scan.image.voxels
    spread = float(one.std())
    # A histogram of other bins may put the peak of white matter one bin aside.
    assert float(np.abs(one - two).max()) < (0.02 if method == "white_stripe" else 1e-3) * spread


def test_the_z_score_is_taken_inside_the_head(first: Scan) -> None:
    done = STEP.run(first, STEP.settle({}))
    inside = done.scan.image.voxels[body_mask(first.image)]
    assert inside.mean(dtype=float) == pytest.approx(0, abs=1e-4)
    assert inside.std(dtype=float) == pytest.approx(1, abs=1e-4)
    back = done.scan.image.voxels * done.measures["sd"] + done.measures["mean"]
    assert np.abs(back - first.image.voxels).max() < 0.01


def test_percentiles_span_zero_to_one(first: Scan) -> None:
    done = STEP.run(first, STEP.settle({"method": "percentile", "low": 1, "high": 99}))
    voxels = done.scan.image.voxels
    assert (voxels.min(), voxels.max()) == (0, 1)
    assert (voxels[body_mask(first.image)] == 1).mean() == pytest.approx(0.01, abs=0.003)


def test_learned_landmarks_bring_two_scanners_together(first, second, landmarks) -> None:
    def apart(method: str) -> float:
        curves = []
        for scan in (first, second):
            voxels = STEP.run(scan, settled(method, landmarks)).scan.image.voxels
            curves.append(np.percentile(voxels[body_mask(scan.image)], range(5, 100, 5)))
        width = np.mean([c[-1] - c[0] for c in curves])
        return float(np.abs(curves[0] - curves[1]).mean() / width)

    assert len(landmarks) == len(PERCENTS)
    assert (landmarks[0], landmarks[-1]) == (0, 100)
    assert apart("nyul") < 0.6 * min(apart("zscore"), apart("percentile"))


def test_order_of_values_is_kept_beyond_the_landmarks(first: Scan, landmarks) -> None:
    done = STEP.run(first, settled("nyul", landmarks))
    flat = first.image.voxels.ravel()
    rising = done.scan.image.voxels.ravel()[np.argsort(flat, kind="stable")]
    assert (np.diff(rising) >= -1e-3).all()
    assert rising[-1] > 100


def test_only_the_histogram_method_learns(first: Scan) -> None:
    assert fit([first], STEP.settle({"method": "zscore"})) == {}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"method": "nyul"}, "not_fitted"),
        ({"method": "nyul", "landmarks": [0, 50, 40, 100]}, "bad_landmarks"),
    ],
)
def test_without_landmarks_nothing_is_bent(first: Scan, params: dict, code: str) -> None:
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(first, STEP.settle(params))
    assert refusal.value.facts["code"] == code


def test_a_ct_has_a_unit_already(real_ct: Scan) -> None:
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(real_ct, STEP.settle({}))
    assert refusal.value.facts["code"] == "has_a_unit"
