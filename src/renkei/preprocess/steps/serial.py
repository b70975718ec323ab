"""Serial: lay a section over its neighbour, or a stain over another of the same tissue."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.imaging.slide import Slide, open_slide
from renkei.preprocess import verdicts
from renkei.preprocess.held import Kind, SlideScan
from renkei.preprocess.rescale import level_below, new_file, own_mpp, whole
from renkei.preprocess.section import align_sections, density_image
from renkei.preprocess.slide_map import SlideMap
from renkei.preprocess.slides import Blocks, Canvas, write_slide
from renkei.preprocess.step import Done, Finding, Param, Params, Step, StepRefusedError, Takes

GRID_SIDE = 1000
FINEST_MPP = 1.0
CELLS = 64
GLASS = 255
MARGIN = 2
Rgb = NDArray[np.uint8]


def serial(scan: SlideScan, fixed: SlideScan, params: Params) -> Done:
    """Return the slide on the pixels of the fixed one, moved by one interpolation.

    Raises:
        StepRefusedError: A scale is missing, or nothing proves that the tissue is the same.
    """
    with open_slide(fixed.path) as still, open_slide(scan.path) as slide:
        mpps = own_mpp(still), own_mpp(slide)
        if mpps[0] is None or mpps[1] is None:
            raise StepRefusedError(
                "A slide does not say how many micrometres a pixel covers.", code="mpp_unknown"
            )
        grid = max(
            FINEST_MPP,
            *(
                _extent(one, mpp) / GRID_SIDE
                for one, mpp in zip((still, slide), (mpps[0], mpps[1]), strict=True)
            ),
        )
        found = align_sections(
            density_image(whole(still, grid), grid),
            density_image(whole(slide, grid), grid),
            seed=int(params["seed"]),
            deformable=bool(params["deformable"]),
        )
        finding, code = verdicts.section(found.measures, least_gain=float(params["least_gain"]))
        if finding is Finding.REFUSE:
            raise StepRefusedError(
                "The two sections cannot be proved to be of the same tissue.",
                code=code,
                **found.measures,
            )
        level = still.levels[0]
        canvas = Canvas(level.width, level.height, mpps[0])
        where = pixel_map(
            found.transform, canvas, mpps[0], mpps[1], bent=bool(params["deformable"])
        )
        path = new_file(scan.scratch, "serial")
        write_slide(path, canvas, moved_blocks(slide, where, mpps[0] / mpps[1]))
    return Done(
        (replace(scan, path=path),), found.measures, finding, code, {"map.json": where.to_json()}
    )


def _extent(slide: Slide, mpp: float) -> float:
    return max(slide.levels[0].width, slide.levels[0].height) * mpp


def pixel_map(
    transform: Any, canvas: Canvas, still: float, moving: float, *, bent: bool
) -> SlideMap:
    """Return a transform of places in µm as a map between pixels of the two slides."""

    def through(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([transform.TransformPoint(p) for p in (pixels * still).tolist()]) / moving

    far = float(max(canvas.width, canvas.height))
    # The rigid part from its inverse-free frame: an origin and two axes, without the bends.
    rigid = transform.GetNthTransform(0) if bent else transform
    corners = np.array([[0.0, 0.0], [far, 0.0], [0.0, far]])
    origin, x, y = (np.array(rigid.TransformPoint(c)) / moving for c in (corners * still).tolist())
    affine = np.stack([(x - origin) / far, (y - origin) / far, origin], axis=1)
    if not bent:
        return SlideMap(affine)
    step = far / CELLS
    rows, columns = (int(np.ceil(n / step)) + 1 for n in (canvas.height, canvas.width))
    corner = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 2)
    at = corner.astype(np.float64) * step
    shifts = through(at) - (at @ affine[:, :2].T + affine[:, 2])
    return SlideMap(affine, shifts.reshape(rows, columns, 2), step)


def moved_blocks(slide: Slide, where: SlideMap, ratio: float) -> Blocks:
    """Return a reader of blocks of the new slide; what the old one never saw is white."""
    number = level_below(slide, ratio)
    level = slide.levels[number]

    def block(left: int, top: int, width: int, height: int) -> Rgb:
        across, down = np.meshgrid(left + np.arange(width) + 0.5, top + np.arange(height) + 0.5)
        places = np.stack([across.ravel(), down.ravel()], axis=1)
        old = where.to_old(places) / level.downsample - 0.5
        low = np.floor(old.min(axis=0)).astype(int) - MARGIN
        high = np.ceil(old.max(axis=0)).astype(int) + MARGIN
        x0, y0 = np.maximum(low, 0)
        x1, y1 = np.minimum(high, (level.width, level.height))
        out = np.full((height, width, 3), GLASS, np.uint8)
        if x0 >= x1 or y0 >= y1:
            return out
        rgb = slide.read_region(number, int(x0), int(y0), int(x1 - x0), int(y1 - y0))
        at = (old - (x0, y0)).T[::-1]
        for i in range(3):
            channel = ndimage.map_coordinates(rgb[..., i], at, order=1, cval=GLASS)
            out[..., i] = channel.reshape(height, width)
        return out

    return block


STEP = Step(
    "serial",
    params={
        "deformable": Param("flag", default=False),
        "least_gain": Param("number", 1.5, 1.0, 10.0),
        "seed": Param("number", 1, 0, 2**31 - 2),
    },
    run=serial,
    takes=Takes.PAIR,
    on=Kind.SLIDE,
    interpolates=True,
)
