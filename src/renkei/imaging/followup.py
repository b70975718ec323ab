"""A later scan made from an earlier one: the body lies otherwise, and one lesion has grown.

What moved and what grew is known exactly, so that what finds it can be held to it.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.imaging import codes
from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet, Segment
from renkei.imaging.volume import Volume

Points = NDArray[np.float64]
AIR_HU = -1024
LESION = "lesion"


@dataclass(frozen=True, slots=True)
class Sway:
    """How the body lies otherwise: shift (x, y, z) and turn about z, then waves as of breathing.

    Lengths in mm, the turn in degrees. `wave` is the most that a place moves along z; along x
    and y it is a third of it.
    """

    shift: tuple[float, float, float] = (0.0, 0.0, 0.0)
    turn: float = 0.0
    wave: float = 0.0
    length: float = 180.0

    def earlier(self, points: Points) -> Points:
        """Return where points (..., 3) in mm of the later scan lie in the earlier one."""
        angle = np.deg2rad(self.turn)
        turn = np.array(
            [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
        )
        phase = 2 * np.pi * points / self.length
        wave = self.wave * np.stack(
            [
                np.sin(phase[..., 1] + 0.7) / 3,
                np.cos(phase[..., 2]) / 3,
                np.sin(phase[..., 0] + 0.3) * np.cos(phase[..., 1]),
            ],
            axis=-1,
        )
        moved: Points = (points + wave) @ turn.T + np.array(self.shift)
        return moved

    def later(self, point: tuple[float, float, float]) -> tuple[float, float, float]:
        """Return where a point in mm of the earlier scan lies in the later one."""
        there = np.array(point, dtype=np.float64)
        found = there.copy()
        for _ in range(50):
            found -= self.earlier(found) - there
        x, y, z = (float(v) for v in found)
        return x, y, z


def swayed(image: Volume, labels: LabelSet, sway: Sway) -> tuple[Volume, LabelSet]:
    """Return image and labels as the sway leaves them, on the same grid, by linear interpolation.

    Give it an image without noise: interpolation would smooth it away.
    """
    at = _index(image.geometry, sway.earlier(_points(image.geometry)))
    outside = float(AIR_HU if image.modality == "CT" else 0)
    voxels = ndimage.map_coordinates(
        image.voxels.astype(np.float32), at, order=1, mode="constant", cval=outside
    )
    segments = tuple(
        replace(
            segment,
            mask=ndimage.map_coordinates(segment.mask.astype(np.float32), at, order=1) >= 0.5,
        )
        for segment in labels.segments
    )
    kept = np.rint(voxels) if image.voxels.dtype.kind == "i" else voxels
    return (
        replace(image, voxels=kept.astype(image.voxels.dtype), sop_uids=()),
        replace(labels, segments=segments),
    )


def deepest_place(labels: LabelSet, organ: str) -> tuple[float, float, float]:
    """Return the place (x, y, z) in mm that lies deepest in an organ, off the lesions there."""
    free = np.zeros(labels.geometry.shape, dtype=bool)
    for segment in labels.segments:
        if segment.name == organ:
            free |= segment.mask
    for segment in labels.segments:
        if segment.name == LESION:
            free &= ~segment.mask
    # What lies at the image's border may go on behind it: nothing is deep there.
    depth = ndimage.distance_transform_edt(np.pad(free, 1), labels.geometry.spacing)
    z, y, x = np.unravel_index(int(np.argmax(depth)), depth.shape)
    return labels.geometry.point(float(z - 1), float(y - 1), float(x - 1))


def with_lesion(
    image: Volume,
    labels: LabelSet,
    centre: tuple[float, float, float],
    radius: float,
    *,
    change: float = -60.0,
) -> tuple[Volume, LabelSet]:
    """Return both with a ball of `radius` mm at `centre` (x, y, z), `change` HU off what was there.

    A voxel that the ball covers in part changes in part, and is labelled from one half on.
    """
    away = np.linalg.norm(_points(image.geometry) - np.array(centre), axis=-1)
    edge = float(np.cbrt(np.prod(image.geometry.spacing)))
    covered = np.clip((radius - away) / edge + 0.5, 0, 1)
    voxels = image.voxels + change * covered
    kept = np.rint(voxels) if image.voxels.dtype.kind == "i" else voxels
    return (
        replace(image, voxels=kept.astype(image.voxels.dtype)),
        replace(labels, segments=_labelled(labels.segments, covered >= 0.5)),
    )


def with_noise(image: Volume, sigma: float, seed: int, *, blur: float = 0.7) -> Volume:
    """Return a CT with noise of `sigma` HU, correlated within slices as a kernel leaves it."""
    grain = np.random.default_rng(seed).standard_normal(image.voxels.shape, dtype=np.float32)
    grain = ndimage.gaussian_filter(grain, (0, blur, blur))
    voxels = image.voxels + grain * np.float32(sigma / float(grain.std()))
    return replace(image, voxels=np.rint(np.clip(voxels, AIR_HU, 3071)).astype(np.int16))


def _labelled(segments: tuple[Segment, ...], ball: NDArray[np.bool_]) -> tuple[Segment, ...]:
    if any(one.name == LESION for one in segments):
        return tuple(
            replace(one, mask=one.mask | ball) if one.name == LESION else one for one in segments
        )
    number = 1 + max((one.number for one in segments), default=0)
    return (*segments, Segment(number, LESION, codes.LESION, ball))


def _points(grid: Geometry) -> Points:
    """Return the place (z, y, x, 3) of every voxel in mm."""
    z, y, x = np.indices(grid.shape, dtype=np.float64)
    steps = np.stack([x, y, z], axis=-1) * np.array(grid.spacing[::-1])
    points: Points = steps @ grid.axes.T + np.array(grid.origin)
    return points


def _index(grid: Geometry, points: Points) -> Points:
    """Return the fractional index (3, z, y, x) of places in mm."""
    steps = (points - np.array(grid.origin)) @ grid.axes / np.array(grid.spacing[::-1])
    index: Points = np.moveaxis(steps[..., ::-1], -1, 0)
    return index
