"""Group: all scans of a time series in their middle, so that none is favoured."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from renkei.imaging.geometry import Geometry, corners
from renkei.imaging.nifti import to_sitk
from renkei.imaging.volume import Volume
from renkei.preprocess import verdicts
from renkei.preprocess.grid import check_size
from renkei.preprocess.held import Scan
from renkei.preprocess.midspace import (
    both_ways,
    loop_mm,
    moved,
    pose_of,
    poses_of,
    transform_of,
)
from renkei.preprocess.paired import align_proved, lay
from renkei.preprocess.register import body_points, isotropic
from renkei.preprocess.step import (
    Done,
    Finding,
    Param,
    Params,
    Step,
    StepRefusedError,
    Takes,
)
from renkei.preprocess.tfm import transform_bytes
from renkei.proof import digest

BONE_HU = (150.0, 1500.0)
RADIUS_MM = 80.0
COARSE_MM = 4.0
MOST_SCANS = 8


def group(scans: Sequence[Scan], params: Params) -> Done:
    """Return all scans on one grid in the middle of their poses, by one interpolation each.

    Every pair is aligned both ways, and the poses that agree best with all pairs are taken.

    Raises:
        StepRefusedError: A pair proves nothing, or the pairs contradict each other.
    """
    if not 2 <= len(scans) <= MOST_SCANS:
        raise StepRefusedError(f"A group has two to {MOST_SCANS} scans.", code="too_few_scans")
    # Worked on in an order of content, so that the order of time decides nothing, not even digits.
    order = sorted(range(len(scans)), key=lambda n: digest(scans[n].image.voxels.tobytes()))
    images = [_guide(scans[n].image, str(params["on"])) for n in order]
    pairs, measures = _pairs(images, params)
    coarse = [isotropic(to_sitk(one), COARSE_MM) for one in images]
    centres = np.array([body_points(one).mean(axis=0) for one in coarse])
    poses = poses_of(pairs, centres)
    measures["loop_mm"] = round(loop_mm(pairs, poses, centres, RADIUS_MM), 4)
    finding, code = verdicts.grouping(measures)
    if finding is Finding.REFUSE:
        raise StepRefusedError(
            "The scans contradict each other. Look whether all are of one patient, and leave out "
            "the one that does not fit.",
            code=code,
            **measures,
        )
    x, y, z = params["spacing"]
    grid = _grid([scans[n].image.geometry for n in order], poses, (z, y, x))
    transforms = [transform_of(poses[order.index(n)]) for n in range(len(scans))]
    files = {
        f"{n}.transform.tfm": transform_bytes(transform)
        for n, transform in enumerate(transforms, start=1)
    }
    laid = [lay(scan, grid, by) for scan, by in zip(scans, transforms, strict=True)]
    return Done(tuple(laid), measures, finding, code, files)


def _pairs(images: Sequence[Volume], params: Params) -> tuple[dict[tuple[int, int], Any], Any]:
    pairs = {}
    overlaps, agreed = [], []
    for i, j in both_ways(len(images)):
        found = align_proved(images[i], images[j], params)
        pairs[i, j] = pose_of(found.transform)
        overlaps.append(found.measures["overlap"])
        agreed.append(found.measures["seeds_mm"])
    return pairs, {"overlap": min(overlaps), "seeds_mm": max(agreed)}


def _guide(image: Volume, on: str) -> Volume:
    if on == "bone":
        return replace(image, voxels=np.clip(image.voxels, *BONE_HU).astype(np.float32))
    return image


def _grid(
    grids: Sequence[Geometry], poses: Sequence[Any], spacing: tuple[float, float, float]
) -> Geometry:
    """Return the grid along the middle's axes that covers all scans."""
    ends = np.array(
        [
            moved(np.linalg.inv(pose), np.array(corner))
            for grid, pose in zip(grids, poses, strict=True)
            for corner in corners(grid)
        ]
    )
    low, high = ends.min(axis=0), ends.max(axis=0)
    steps = np.array(spacing[::-1])
    nx, ny, nz = (int(n) for n in np.ceil((high - low) / steps - 1e-6).astype(int) + 1)
    check_size((nz, ny, nx))
    ox, oy, oz = (float(v) for v in (low + high - (np.array([nx, ny, nz]) - 1) * steps) / 2)
    return Geometry((nz, ny, nx), spacing, (ox, oy, oz))


STEP = Step(
    "group",
    params={
        "on": Param("text", "body", choices=("body", "bone")),
        "spacing": Param("number", (2.0, 2.0, 2.0), 0.2, 20.0, count=3, unit="mm"),
        "least_nmi": Param("number", 0.0, 0.0, 2.0),
        "seed": Param("number", 1, 0, 2**31 - 2),
        "multi_start": Param("flag", default=False),
    },
    run=group,
    takes=Takes.SERIES,
    interpolates=True,
    keeps=True,
)
