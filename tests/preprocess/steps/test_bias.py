"""A known field laid over a real MR is found again; without a mask nothing is guessed."""

from dataclasses import replace

import numpy as np
import pytest

from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume
from renkei.preprocess.body import body_mask
from renkei.preprocess.held import Scan
from renkei.preprocess.step import Done, StepRefusedError
from renkei.preprocess.steps.bias import STEP, bias_field


@pytest.fixture(scope="module")
def small(real_mr: Scan) -> Scan:
    """Every second voxel of the real MR's slices: 26 x 128 x 128."""
    dz, dy, dx = real_mr.image.geometry.spacing
    voxels = real_mr.image.voxels[:, ::2, ::2].astype(np.float32)
    return Scan(Volume(voxels, Geometry(voxels.shape, (dz, 2 * dy, 2 * dx)), "MR"))


@pytest.fixture(scope="module")
def field(small: Scan) -> np.ndarray:
    z, y, x = np.meshgrid(*(np.linspace(-1, 1, n) for n in small.image.voxels.shape), indexing="ij")
    made = np.exp(0.25 * x + 0.2 * y * y - 0.15 * z + 0.15 * x * y).astype(np.float32)
    return made / made[body_mask(small.image)].mean()


SHRINK = 4


def variation(values: np.ndarray) -> float:
    return float(values.std() / values.mean())


@pytest.fixture(scope="module")
def shaded(small: Scan, field: np.ndarray) -> Scan:
    return Scan(replace(small.image, voxels=small.image.voxels * field))


@pytest.fixture(scope="module")
def done(shaded: Scan) -> Done:
    return STEP.run(shaded, STEP.settle({"shrink": SHRINK}))


def test_an_added_field_is_found_again(small: Scan, shaded: Scan, field, done: Done) -> None:
    mask = body_mask(small.image) & (small.image.voxels > 0)
    found = shaded.image.voxels[mask] / done.scan.image.voxels[mask]
    left = found / bias_field(small, body_mask(small.image), SHRINK)[mask] / field[mask]
    assert variation(field[mask]) > 0.1
    # Of every voxel .12 is left instead; this is a quarter of them.
    assert variation(left) < 0.45 * variation(field[mask])


def test_shading_falls_and_both_are_measured(done: Done) -> None:
    assert done.measures["shading_after"] < 0.7 * done.measures["shading_before"]
    assert done.measures["field_cv"] > 0.1
    assert done.scan.image.voxels.dtype == np.float32


@pytest.mark.parametrize(("modality", "code"), [("MR", "no_mask"), ("CT", "not_an_mr")])
def test_it_is_refused_where_it_would_guess(small: Scan, modality: str, code: str) -> None:
    flat = replace(small.image, voxels=np.ones_like(small.image.voxels), modality=modality)
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(Scan(flat), STEP.settle({}))
    assert refusal.value.facts["code"] == code
