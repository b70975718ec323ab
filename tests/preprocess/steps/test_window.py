"""Clipping keeps HU as whole numbers; scaling spans 0 to 1; MR takes its range from itself."""

from dataclasses import replace

import numpy as np
import pytest

from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume
from renkei.preprocess.held import Scan
from renkei.preprocess.step import StepRefusedError
from renkei.preprocess.steps.window import STEP


def ct(voxels: np.ndarray) -> Scan:
    return Scan(Volume(voxels, Geometry(voxels.shape, (1, 1, 1)), "CT"))


def test_clipping_keeps_whole_hu_and_says_how_much_was_clipped() -> None:
    scan = ct(np.arange(-2000, 2000, dtype=np.int16).reshape(10, 20, 20))
    done = STEP.run(scan, STEP.settle({"low": -1000, "high": 1000}))
    assert done.scan.image.voxels.dtype == np.int16
    assert (done.scan.image.voxels.min(), done.scan.image.voxels.max()) == (-1000, 1000)
    assert done.measures["clipped_share"] == pytest.approx(1999 / 4000)


def test_scaling_spans_zero_to_one() -> None:
    scan = ct(np.array([[[-1000, 0, 1000]]], dtype=np.int16))
    done = STEP.run(scan, STEP.settle({"unit": True}))
    assert done.scan.image.voxels.ravel().tolist() == [0.0, 0.5, 1.0]


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(StepRefusedError):
        STEP.run(ct(np.zeros((1, 1, 1))), STEP.settle({"low": 5, "high": 5}))


def test_an_mr_takes_its_range_from_its_foreground(real_mr: Scan) -> None:
    done = STEP.run(real_mr, STEP.settle({"unit": True}))
    assert 0 < done.measures["low"] < done.measures["high"] < real_mr.image.voxels.max()
    assert done.scan.image.voxels.max() == 1


@pytest.mark.parametrize("said", [{}, {"unit": True}])
@pytest.mark.parametrize("kind", [np.int16, np.float32])
def test_a_windowed_mr_stays_as_it_is_to_the_bit(real_mr: Scan, said: dict, kind: type) -> None:
    noise = np.random.default_rng(3).normal(0, 0.3, real_mr.image.voxels.shape)
    voxels = (real_mr.image.voxels + noise).astype(kind)
    params = STEP.settle(said)
    once = STEP.run(Scan(replace(real_mr.image, voxels=voxels)), params)
    assert once.measures["clipped_share"] > 0.1
    again = STEP.run(once.scan, params)
    assert again.measures["clipped_share"] == 0
    assert again.scan.image.voxels.dtype == once.scan.image.voxels.dtype
    assert again.scan.image.voxels.tobytes() == once.scan.image.voxels.tobytes()
