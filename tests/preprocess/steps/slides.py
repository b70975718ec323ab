"""The sample slide, and a second scanner and a neighbouring section of which the truth is known."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from renkei.imaging.slide import open_slide
from renkei.preprocess import SlideScan
from renkei.preprocess.slide_map import SlideMap
from renkei.preprocess.slides import Canvas, write_slide

SAMPLE = Path("samples/wsi/cmu_small_region.svs")
MPP = 0.499
Rgb = NDArray[np.uint8]
# A part with tissue and glass, small enough for tests.
LEFT, TOP, SIDE = 700, 1000, 800


def sample(scratch: Path) -> SlideScan:
    return SlideScan(SAMPLE, scratch)


def part(left: int = LEFT, top: int = TOP, side: int = SIDE) -> Rgb:
    with open_slide(SAMPLE) as slide:
        return slide.read_region(0, left, top, side, side)


def whole(scan: SlideScan) -> Rgb:
    with open_slide(scan.path) as slide:
        level = slide.levels[0]
        return slide.read_region(0, 0, 0, level.width, level.height)


def written(rgb: Rgb, scratch: Path, name: str, mpp: float | None = MPP) -> SlideScan:
    """Return an RGB array as a slide."""

    def block(left: int, top: int, width: int, height: int) -> Rgb:
        return rgb[top : top + height, left : left + width]

    path = scratch / f"{name}.tif"
    write_slide(path, Canvas(rgb.shape[1], rgb.shape[0], mpp), block)
    return SlideScan(path, scratch)


def second_scanner(seed: int) -> Callable[[Rgb], Rgb]:
    """Return how another scanner and another laboratory would show a slide.

    Other stain vectors and strengths, 5 % of each colour seen by the others, gamma, and lamp.
    """
    drawn = np.random.default_rng(seed)
    stains = np.array([[0.7812, 0.5335, 0.3244], [0.1472, 0.8678, 0.4746]])
    other = stains + drawn.normal(0, 0.06, stains.shape)
    other /= np.linalg.norm(other, axis=1, keepdims=True)
    strength = drawn.uniform(0.75, 1.3, 2)
    mixed = np.eye(3) * 0.95 + drawn.dirichlet([1, 1, 1], 3) * 0.05
    gamma, lamp = drawn.uniform(0.95, 1.05, 3), drawn.uniform(218, 248, 3)

    def shown(rgb: Rgb) -> Rgb:
        density = -np.log(np.maximum(rgb, 1) / 246.0)
        amounts = density @ np.linalg.pinv(stains)
        density = density + (amounts * strength) @ other - amounts @ stains
        seen = np.clip(np.exp(-density), 0, 1.1) @ mixed.T
        return np.clip(seen**gamma * lamp + 0.5, 0, 255).astype(np.uint8)

    return shown


def turned(degrees: float, shift: tuple[float, float], bend: float = 0.0) -> SlideMap:
    """Return where pixels of a neighbouring section lie on the part: turned, moved and bent."""
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([SIDE / 2, SIDE / 2])
    affine = np.column_stack([turn, middle - turn @ middle + shift])
    if not bend:
        return SlideMap(affine)
    drawn = np.random.default_rng(0).normal(size=(2, 41, 41))
    soft = np.stack([ndimage.gaussian_filter(one, 7, mode="nearest") for one in drawn], axis=-1)
    soft -= soft.mean(axis=(0, 1))
    return SlideMap(affine, soft * bend / np.abs(soft).max(), SIDE / 40)
