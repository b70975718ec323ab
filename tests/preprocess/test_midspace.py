"""The middle of a group is the same whichever scan came first, and pairs that contradict show."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from renkei.preprocess.midspace import both_ways, loop_mm, mean_pose, moved, poses_of

CENTRES = np.array([[10.0, -20.0, 30.0], [18.0, -24.0, 33.0], [2.0, -9.0, 28.0]])


def pose(turn, shift):
    made = np.eye(4)
    made[:3, :3] = Rotation.from_rotvec(np.deg2rad(turn)).as_matrix()
    made[:3, 3] = shift
    return made


@pytest.fixture
def true_poses():
    return [
        pose((0, 0, 9), (5, 0, -3)),
        pose((4, -3, 0), (-8, 2, 6)),
        pose((0, 6, -5), (1, -7, 2)),
    ]


def pairs_of(poses):
    return {(i, j): poses[j] @ np.linalg.inv(poses[i]) for i, j in both_ways(len(poses))}


def test_pairs_that_agree_are_met_exactly(true_poses) -> None:
    pairs = pairs_of(true_poses)
    found = poses_of(pairs, CENTRES)
    for (i, j), pair in pairs.items():
        assert np.allclose(found[j] @ np.linalg.inv(found[i]), pair, atol=1e-6)
    assert loop_mm(pairs, found, CENTRES, 80.0) < 1e-5


def test_no_scan_is_favoured(true_poses) -> None:
    """The mean of the turns is no turn, and the mean of the bodies' centres stays."""
    found = poses_of(pairs_of(true_poses), CENTRES)
    turns = Rotation.from_matrix([one[:3, :3] for one in found]).mean()
    assert turns.magnitude() < 1e-6
    middle = CENTRES.mean(axis=0)
    assert np.mean([moved(one, middle) for one in found], axis=0) == pytest.approx(middle)


def test_another_order_gives_the_same_middle(true_poses) -> None:
    order = [2, 0, 1]
    one = poses_of(pairs_of(true_poses), CENTRES)
    two = poses_of(pairs_of([true_poses[n] for n in order]), CENTRES[order])
    for place, n in enumerate(order):
        assert np.allclose(two[place], one[n], atol=1e-6)


def test_a_pair_that_contradicts_the_others_is_measured(true_poses) -> None:
    pairs = pairs_of(true_poses)
    off = pose((0, 0, 0), (6.0, 0, 0))
    pairs[0, 1] = off @ pairs[0, 1]
    pairs[1, 0] = np.linalg.inv(pairs[0, 1])
    found = poses_of(pairs, CENTRES)
    # Six millimetres are shared among the three ways around.
    assert loop_mm(pairs, found, CENTRES, 80.0) == pytest.approx(2.0, abs=0.05)


def test_the_mean_of_two_poses_lies_half_way() -> None:
    centre = np.array([7.0, 8.0, 9.0])
    mean = mean_pose([np.eye(4), pose((0, 0, 20), (4, 0, 0))], centre)
    assert Rotation.from_matrix(mean[:3, :3]).magnitude() == pytest.approx(np.deg2rad(10))
