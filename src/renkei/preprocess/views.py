"""What a run did as small stacks of pictures on one grid, which a page lays over each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from renkei.imaging.geometry import Geometry
from renkei.imaging.labels import LabelSet
from renkei.imaging.nifti import to_sitk
from renkei.imaging.slide import open_slide
from renkei.imaging.volume import Volume
from renkei.preprocess.grid import grid_at, reference_of
from renkei.preprocess.held import Scan, SlideScan
from renkei.preprocess.itk import sitk

MOST_PIXELS = 256
MOST_SLICES = 32
MOST_TIMES = 6
SLIDE_PIXELS = 768
SOFT_HU = (-160.0, 240.0)
# Distinct on grey for the common kinds of colour blindness (Okabe-Ito without black).
COLOURS = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
)
# Both ends of the colours of a change map, in standard deviations of the local noise.
CHANGE_SD = 6.0
LESS, MORE = (33, 102, 172), (178, 24, 43)
Stack = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Views:
    """Layers of one size, each a PNG of all slices under each other, from foot to head.

    `mm` is what one pixel covers, 0 where that is not known.
    """

    slices: int
    height: int
    width: int
    mm: float
    layers: Mapping[str, bytes]


def layout(views: Views) -> dict[str, Any]:
    """Return how the layers are laid out: slices, and the height and width of each in pixels."""
    size = {"slices": views.slices, "height": views.height, "width": views.width}
    return {**size, "mm": views.mm}


def view_scans(shown: Mapping[str, Scan], on: Scan, *, change: Volume | None = None) -> Views:
    """Return scans laid on the grid of one of them, with its labels and the change there.

    At most 256 pixels and 32 slices; points are taken from the scans as they are, without a blur,
    so that noise stays as visible as it is, and of labels the nearest voxel.
    """
    small = _small(on.image.geometry)
    images = {name: _taken(scan.image, small) for name, scan in shown.items()}
    ranges = {name: _range(shown[name].image, found) for name, found in images.items()}
    layers = {name: _png(_grey(found, *ranges[name])) for name, found in images.items()}
    if on.labels is not None:
        layers["labels"] = _png(_tints(on.labels, small))
    if change is not None:
        layers["change"] = _png(_diverging(_taken(change, small)))
    nz, ny, nx = small.shape
    return Views(nz, ny, nx, float(small.spacing[2]), layers)


def view_slides(shown: Mapping[str, SlideScan]) -> Views:
    """Return slides as a whole, each laid on the size of the first."""
    pictures: dict[str, bytes] = {}
    size: tuple[int, int] | None = None
    mm = 0.0
    for name, held in shown.items():
        with open_slide(held.path) as slide:
            picture = Image.fromarray(slide.thumbnail(SLIDE_PIXELS))
            if size is None:
                size = picture.size
                mm = (slide.mpp or 0.0) / 1000 * slide.levels[0].width / size[0]
        out = BytesIO()
        picture.resize(size).save(out, "PNG")
        pictures[name] = out.getvalue()
    width, height = size or (1, 1)
    return Views(1, height, width, mm, pictures)


def name_layers(
    inputs: Sequence[Sequence[Any]], results: Sequence[Sequence[Any]]
) -> dict[str, Any]:
    """Return which scans to lay over each other, by the name of their layer.

    One scan is shown before and after, a pair as fixed, moving and aligned, a series by its times.
    """
    last = [scan for scans in results for scan in scans]
    if len(inputs) > 1:
        if len(last) > 1:
            return {"fixed": last[0], "moving": inputs[1][0], "aligned": last[1]}
        return {"fixed": inputs[0][0], "moving": inputs[1][0], "aligned": last[0]}
    if len(inputs[0]) > 1:
        times = last if len(last) > 1 else list(inputs[0])
        return {f"time_{n + 1}": scan for n, scan in enumerate(times[:MOST_TIMES])}
    return {"before": inputs[0][0], "after": last[0]}


def view_run(shown: Mapping[str, Any], change: Volume | None = None) -> Views | None:
    """Return the views of scans or slides; None for tables, which have none."""
    if all(isinstance(held, Scan) for held in shown.values()):
        on = shown.get("fixed") or shown.get("after") or next(iter(shown.values()))
        return view_scans(shown, on, change=change)
    if all(isinstance(held, SlideScan) and held.path.is_file() for held in shown.values()):
        return view_slides(shown)
    return None


def _small(grid: Geometry) -> Geometry:
    dz, dy, dx = grid.spacing
    nz, ny, nx = grid.shape
    pixel = max(min(dy, dx), ny * dy / MOST_PIXELS, nx * dx / MOST_PIXELS)
    return grid_at(grid, (max(dz, nz * dz / MOST_SLICES), pixel, pixel))


def _taken(image: Volume, grid: Geometry) -> NDArray[np.float32]:
    outside = float(image.voxels.min())
    moved = sitk.Resample(
        to_sitk(image),
        reference_of(grid),
        sitk.Transform(3, sitk.sitkIdentity),
        sitk.sitkLinear,
        outside,
        sitk.sitkFloat32,
    )
    taken: NDArray[np.float32] = sitk.GetArrayFromImage(moved)
    return taken


def _range(image: Volume, taken: NDArray[np.float32]) -> tuple[float, float]:
    if image.modality == "CT" and float(taken.max()) > 1.0:
        return SOFT_HU
    low, high = (float(v) for v in np.percentile(taken, [1, 99.5]))
    return low, high


def _grey(taken: NDArray[np.float32], low: float, high: float) -> Stack:
    grey: Stack = (np.clip((taken - low) / max(high - low, 1e-6), 0, 1) * 255).astype(np.uint8)
    return grey


def _tints(labels: LabelSet, small: Geometry) -> Stack:
    """Colour the labels; `small` lies along their grid, so that whole rows of voxels are taken."""
    ends = small.point(0, 0, 0), small.point(*(n - 1 for n in small.shape))
    first, last = (labels.geometry.index(end) for end in ends)
    nearest = np.ix_(
        *(
            np.clip(np.rint(np.linspace(low, high, count)).astype(int), 0, length - 1)
            for low, high, count, length in zip(
                first, last, small.shape, labels.geometry.shape, strict=True
            )
        )
    )
    tints = np.zeros((*small.shape, 4), np.uint8)
    for n, segment in enumerate(labels.segments):
        tints[segment.mask[nearest]] = (*COLOURS[n % len(COLOURS)], 255)
    return tints


def _diverging(change: NDArray[np.float32]) -> Stack:
    """Colour what became less blue and what became more red; the stronger, the less see-through."""
    strength = np.clip(np.abs(change) / CHANGE_SD, 0, 1)
    tints = np.zeros((*change.shape, 4), np.uint8)
    tints[..., :3] = np.where((change < 0)[..., None], LESS, MORE)
    tints[..., 3] = np.where(strength >= 1 / 3, strength * 255, 0)
    return tints


def _png(stack: Stack) -> bytes:
    # Arrays are (z, y, x, ...): slices come under each other by joining z and y.
    tall = stack.reshape(-1, *stack.shape[2:])
    return bytes(imagecodecs.png_encode(np.ascontiguousarray(tall)))
