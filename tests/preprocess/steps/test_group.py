"""Two scans meet in their middle, and the order in which they came decides not one bit."""

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk

from renkei.imaging.followup import Sway, swayed, with_noise
from renkei.imaging.made import made_ct
from renkei.preprocess.held import Scan
from renkei.preprocess.step import StepRefusedError
from renkei.preprocess.steps.group import STEP

PARAMS = STEP.settle({"spacing": [6.0, 6.0, 6.0]})
SWAY = Sway((8.0, -6.0, 4.0), turn=5.0)
PART = (slice(6, 58, 2), slice(16, 112, 2), slice(10, 118, 2))


def coarse(image, labels) -> Scan:
    voxels = np.ascontiguousarray(image.voxels[PART])
    place = replace(
        image.geometry,
        shape=voxels.shape,
        spacing=tuple(2 * step for step in image.geometry.spacing),
        origin=image.geometry.point(*(one.start for one in PART)),
    )
    segments = tuple(replace(one, mask=one.mask[PART].copy()) for one in labels.segments)
    return Scan(
        replace(image, voxels=voxels, geometry=place),
        replace(labels, geometry=place, segments=segments),
    )


@pytest.fixture(scope="module")
def scans():
    image, labels = made_ct(5, noise=0.0)
    later, moved = swayed(image, labels, SWAY)
    return (
        coarse(with_noise(image, 8.0, 1), labels),
        coarse(with_noise(later, 8.0, 2), moved),
    )


@pytest.fixture(scope="module")
def done(scans):
    return STEP.run(scans, PARAMS)


def test_both_scans_meet_in_one_grid_by_the_true_transform(done, tmp_path) -> None:
    assert done.finding == "accept"
    assert done.measures["loop_mm"] < 0.5
    grid = done.scans[0].image.geometry
    assert done.scans[1].image.geometry == grid
    ways = []
    for name in ("1.transform.tfm", "2.transform.tfm"):
        (tmp_path / name).write_bytes(done.files[name])
        ways.append(sitk.ReadTransform(str(tmp_path / name)))
    middle = np.array(grid.point(*(n / 2 for n in grid.shape)))
    for point in middle + 60 * np.concatenate([np.eye(3), -np.eye(3)]):
        one, two = (np.array(way.TransformPoint(point.tolist())) for way in ways)
        assert np.linalg.norm(SWAY.earlier(two) - one) < 1.5
    # Neither scan is favoured: both move by half of the way.
    turns = [
        np.linalg.norm(np.array(way.TransformVector((1, 0, 0), (0, 0, 0))) - (1, 0, 0))
        for way in ways
    ]
    assert turns[0] == pytest.approx(turns[1], rel=0.01)


def test_another_order_gives_the_same_bytes(scans, done) -> None:
    again = STEP.run(scans[::-1], PARAMS)
    for one, two in zip(done.scans, again.scans[::-1], strict=True):
        assert np.array_equal(one.image.voxels, two.image.voxels)
        assert one.image.geometry == two.image.geometry


def test_one_scan_is_no_group(scans) -> None:
    with pytest.raises(StepRefusedError) as refusal:
        STEP.run(scans[:1], PARAMS)
    assert refusal.value.facts["code"] == "too_few_scans"
