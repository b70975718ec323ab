"""A slide made of an array, so that a fault of a known size can be put in."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from renkei.imaging.slide import Level, open_slide
from renkei.select.case import case_of_slide
from renkei.select.metric import Measured, Metric, measure


@dataclass
class ArraySlide:
    rgb: np.ndarray
    mpp: float | None = 0.499
    associated: tuple[str, ...] = ()

    @property
    def levels(self) -> tuple[Level, ...]:
        return (Level(self.rgb.shape[1], self.rgb.shape[0], 1.0),)

    def read_region(self, _level: int, left: int, top: int, width: int, height: int) -> np.ndarray:
        return self.rgb[top : top + height, left : left + width]


@pytest.fixture(scope="session")
def real_rgb() -> Iterator[np.ndarray]:
    with open_slide(Path("samples/wsi/cmu_small_region.svs")) as slide:
        level = slide.levels[0]
        yield slide.read_region(0, 0, 0, level.width, level.height)


@pytest.fixture(scope="session")
def real_overview(real_rgb) -> np.ndarray:
    return real_rgb[::16, ::16]


@pytest.fixture(scope="session")
def slide_of() -> Callable[..., ArraySlide]:
    return ArraySlide


@pytest.fixture(scope="session")
def measured_on() -> Callable[..., Measured]:
    def run(metric: Metric, rgb: np.ndarray, mpp: float | None = 0.499) -> Measured:
        return measure(case_of_slide(ArraySlide(rgb, mpp)), metric)[0]

    return run
