"""The middle of a group of poses: no timepoint is favoured, whichever came first.

Rigid transforms are 4 x 4 matrices on points (x, y, z) in mm.
"""

from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from renkei.preprocess.itk import sitk

Pose = NDArray[np.float64]
Points = NDArray[np.float64]
ROUNDS = 200
STILL = 1e-9


def mean_pose(poses: Sequence[Pose], centre: NDArray[np.float64]) -> Pose:
    """Return the Frechet mean of rigid transforms: of the turns, and of where `centre` goes.

    The mean of turns is that of least squared chordal distance, which no frame changes.

    Source: Moakher 2002.
    """
    turn = Rotation.from_matrix([pose[:3, :3] for pose in poses]).mean().as_matrix()
    place: NDArray[np.float64] = np.mean([moved(pose, centre) for pose in poses], axis=0)
    return _pose(turn, place - turn @ centre)


def poses_of(pairs: Mapping[tuple[int, int], Pose], centres: Points) -> list[Pose]:
    """Return the transform from the middle to each scan, as all pairs together have it.

    `pairs[i, j]` sends points of scan i to points of scan j; both ways of each pair are there,
    and their mean is taken. Each scan's pose is the mean of what all scans say of it, until none
    moves. Then the middle is put where the turns of all scans have no mean, and the shifts of
    their bodies' centres none.
    """
    count = len(centres)
    pairs = _symmetric(pairs, centres)
    poses = [pairs[0, j] if j else np.eye(4) for j in range(count)]
    for _ in range(ROUNDS):
        # From the middle to scan i and on to scan j, for every i.
        said = [
            [pairs[i, j] @ poses[i] if i != j else poses[j] for i in range(count)]
            for j in range(count)
        ]
        origin = [moved(_inverse(poses[j]), centres[j]) for j in range(count)]
        new = [mean_pose(said[j], origin[j]) for j in range(count)]
        shift = max(float(np.abs(a - b).max()) for a, b in zip(new, poses, strict=True))
        poses = new
        if shift < STILL:
            break
    return _centred(poses, centres)


def _symmetric(
    pairs: Mapping[tuple[int, int], Pose], centres: Points
) -> dict[tuple[int, int], Pose]:
    both = {}
    for i, j in pairs:
        if i < j:
            mean = mean_pose([pairs[i, j], _inverse(pairs[j, i])], centres[i])
            both[i, j], both[j, i] = mean, _inverse(mean)
    return both


def _centred(poses: Sequence[Pose], centres: Points) -> list[Pose]:
    """Return the poses from a frame in which their mean is no turn, and the centres' mean stays."""
    turn = Rotation.from_matrix([pose[:3, :3] for pose in poses]).mean().as_matrix()
    middle = centres.mean(axis=0)
    turns = np.mean([pose[:3, :3] for pose in poses], axis=0)
    shift = np.mean([pose[:3, 3] for pose in poses], axis=0)
    # Where the mean of all poses sends a point to the middle of the bodies.
    there = np.linalg.solve(turns, middle - shift)
    frame = _pose(turn.T, there - turn.T @ middle)
    return [pose @ frame for pose in poses]


def loop_mm(
    pairs: Mapping[tuple[int, int], Pose], poses: Sequence[Pose], centres: Points, radius: float
) -> float:
    """Return how far the pairs miss what the group says of them: the worst pair's mean in mm.

    Six points stand for the body, `radius` mm from its centre along each axis.
    """
    worst = 0.0
    for (i, j), pair in pairs.items():
        points = centres[i] + radius * np.concatenate([np.eye(3), -np.eye(3)])
        group = poses[j] @ _inverse(poses[i])
        missed = [np.linalg.norm(moved(pair, p) - moved(group, p)) for p in points]
        worst = max(worst, float(np.mean(missed)))
    return worst


def both_ways(count: int) -> list[tuple[int, int]]:
    """Return every ordered pair of a group."""
    return list(permutations(range(count), 2))


def moved(pose: Pose, point: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where a pose sends a point."""
    there: NDArray[np.float64] = pose[:3, :3] @ point + pose[:3, 3]
    return there


def pose_of(transform: Any) -> Pose:
    """Return a rigid SimpleITK transform as a matrix."""
    turn = np.array(transform.GetMatrix()).reshape(3, 3)
    return _pose(turn, np.array(transform.TransformPoint((0.0, 0.0, 0.0))))


def transform_of(pose: Pose) -> Any:
    """Return a pose as a SimpleITK transform."""
    transform = sitk.Euler3DTransform()
    # A product of many turns strays from one by more than the check allows.
    transform.SetMatrix(Rotation.from_matrix(pose[:3, :3]).as_matrix().ravel().tolist(), 1e-6)
    transform.SetTranslation(pose[:3, 3].tolist())
    return transform


def _inverse(pose: Pose) -> Pose:
    return np.linalg.inv(pose).astype(np.float64)


def _pose(turn: NDArray[np.float64], shift: NDArray[np.float64]) -> Pose:
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = turn, shift
    return pose
