"""Air goes, the body and every label stay in their place; a cropped scan stays as it is."""

from dataclasses import replace

import numpy as np
import pytest

from renkei.imaging.labels import LabelSet
from renkei.preprocess.held import Scan
from renkei.preprocess.step import StepRefusedError
from renkei.preprocess.steps import orient, window
from renkei.preprocess.steps.crop import STEP


@pytest.fixture(scope="module")
def cropped(made: Scan):
    return STEP.run(made, STEP.settle({"margin": 10}))


def test_air_goes_and_every_voxel_stays_in_its_place(made: Scan, cropped) -> None:
    image = cropped.scan.image
    assert cropped.measures["kept_share"] < 0.8
    z, y, x = (round(i) for i in made.image.geometry.index(image.geometry.origin))
    nz, ny, nx = image.geometry.shape
    assert np.array_equal(image.voxels, made.image.voxels[z : z + nz, y : y + ny, x : x + nx])
    assert image.geometry.point(0, 0, 0) == pytest.approx(made.image.geometry.point(z, y, x))


def test_the_body_keeps_its_margin(made: Scan, cropped) -> None:
    dense = made.image.voxels > -300
    kept = cropped.scan.image.voxels > -300
    assert kept.sum() == dense.sum()
    edge = kept[:, :3]  # 10 mm are over three voxels of 2.66 mm
    assert not edge.any()


def test_labels_go_along_whole(made: Scan, cropped) -> None:
    assert cropped.scan.labels.geometry == cropped.scan.image.geometry
    for before, after in zip(made.labels.segments, cropped.scan.labels.segments, strict=True):
        assert before.mask.sum() == after.mask.sum()


def test_a_label_outside_the_body_makes_the_box_wider(made: Scan) -> None:
    mask = np.zeros(made.image.geometry.shape, dtype=bool)
    mask[5, 1, 2] = True
    first = replace(made.labels.segments[0], mask=mask)
    scan = Scan(made.image, LabelSet(made.labels.geometry, (first,)))
    done = STEP.run(scan, STEP.settle({"margin": 0}))
    assert done.measures["widened"] == 1
    assert done.scan.labels.segments[0].mask.sum() == 1


@pytest.mark.parametrize("which", ["made", "real_ct", "real_mr"])
def test_a_cropped_scan_stays_as_it_is(which: str, request: pytest.FixtureRequest) -> None:
    once = STEP.run(request.getfixturevalue(which), STEP.settle({})).scan
    twice = STEP.run(once, STEP.settle({}))
    assert twice.measures["rounds"] == 0
    assert twice.scan.image.geometry == once.image.geometry
    assert np.array_equal(twice.scan.image.voxels, once.image.voxels)


@pytest.mark.parametrize("which", ["made", "real_ct"])
def test_a_standard_volume_stays_bit_identical(which: str, request: pytest.FixtureRequest) -> None:
    steps = (
        (orient.STEP, {}),
        (window.STEP, {"low": -1000, "high": 1500}),
        (STEP, {"margin": 10}),
    )
    runs = [request.getfixturevalue(which)]
    for _ in range(2):
        now = runs[-1]
        for step, params in steps:
            now = step.run(now, step.settle(params)).scan
        runs.append(now)
    assert runs[2].image.geometry == runs[1].image.geometry
    assert runs[2].image.voxels.tobytes() == runs[1].image.voxels.tobytes()


def test_air_alone_is_refused(made: Scan) -> None:
    air = replace(made.image, voxels=np.full_like(made.image.voxels, -1000))
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(Scan(air), STEP.settle({}))
    assert refusal.value.facts["code"] == "no_body"
