"""Crop: cut the air around the body away, with a margin; labels go along and are never cut."""

from dataclasses import replace

import numpy as np

from renkei.imaging.geometry import Geometry
from renkei.imaging.volume import Volume
from renkei.preprocess.body import Block, body_mask, bounds
from renkei.preprocess.held import Scan
from renkei.preprocess.step import Done, Param, Params, Step, StepRefusedError

# The body is looked for on a grid no finer than this, where its outline costs little.
COARSE_MM = 4.0


def crop(scan: Scan, params: Params) -> Done:
    """Return the part of the scan that holds the body, `margin` mm and every label.

    No voxel changes. Cropping goes on until nothing more comes off, so that a cropped scan stays
    as it is.

    Raises:
        StepRefusedError: No body is found.
    """
    now, rounds = scan, 0
    widened = False
    while True:
        box, wider = _box(now, float(params["margin"]))
        widened = widened or wider
        if _same(box, now.image.geometry.shape):
            break
        now, rounds = cut(now, box), rounds + 1
    kept = now.image.voxels.size / scan.image.voxels.size
    measures = {"kept_share": round(kept, 6), "widened": float(widened), "rounds": float(rounds)}
    return Done((now,), measures)


def cut(scan: Scan, box: Block) -> Scan:
    """Return the voxels of a box (z, y, x), in the same place."""
    old = scan.image.geometry
    start = (box[0].start, box[1].start, box[2].start)
    voxels = np.ascontiguousarray(scan.image.voxels[box])
    z, y, x = voxels.shape
    grid = Geometry((z, y, x), old.spacing, old.point(*start), old.direction)
    image = replace(scan.image, voxels=voxels, geometry=grid, sop_uids=scan.image.sop_uids[box[0]])
    labels = scan.labels
    if labels is not None:
        parts = (replace(s, mask=np.ascontiguousarray(s.mask[box])) for s in labels.segments)
        labels = replace(labels, geometry=grid, segments=tuple(parts))
    return Scan(image, labels)


def _box(scan: Scan, margin: float) -> tuple[Block, bool]:
    """Return the box to keep, and whether a label made it wider than body and margin do."""
    image = scan.image
    spacing = image.geometry.spacing
    steps = tuple(max(1, int(COARSE_MM / mm)) for mm in spacing)
    body = body_mask(_thinned(image, steps))
    if body is None:
        raise StepRefusedError(
            "No body is found in this image, so there is nothing to crop to.", code="no_body"
        )
    box, wider = [], False
    labels = [s.mask for s in scan.labels.segments if s.mask.any()] if scan.labels else []
    boxes = [bounds(mask) for mask in labels]
    for axis, inner in enumerate(bounds(body)):
        # Between two looks lie step - 1 voxels that nobody looked at.
        reach = steps[axis] - 1 + int(np.ceil(margin / spacing[axis]))
        first = inner.start * steps[axis] - reach
        last = (inner.stop - 1) * steps[axis] + reach + 1
        low = min([first, *(one[axis].start for one in boxes)])
        high = max([last, *(one[axis].stop for one in boxes)])
        wider = wider or low < first or high > last
        box.append(slice(max(0, low), min(image.geometry.shape[axis], high)))
    return (box[0], box[1], box[2]), wider


def _thinned(image: Volume, steps: tuple[int, ...]) -> Volume:
    voxels = image.voxels[tuple(slice(None, None, step) for step in steps)]
    return replace(image, voxels=voxels)


def _same(box: Block, shape: tuple[int, int, int]) -> bool:
    return all(s.start == 0 and s.stop == n for s, n in zip(box, shape, strict=True))


STEP = Step("crop", params={"margin": Param("number", 10.0, 0.0, 200.0, unit="mm")}, run=crop)
