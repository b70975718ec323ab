"""A level that is not the finer one, only smaller, stands out in a real pyramid file."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.select.inject_slide import write_pyramid

from renkei.imaging.slide import open_slide
from renkei.select.case import case_of_slide
from renkei.select.metric import Measured, measure
from renkei.select.metrics.slide_pyramid import METRIC


@pytest.fixture
def pyramid(tmp_path: Path) -> Callable[..., Measured]:
    def run(levels: list[np.ndarray]) -> Measured:
        path = tmp_path / "pyramid.tiff"
        write_pyramid(path, levels)
        with open_slide(path) as slide:
            return measure(case_of_slide(slide), METRIC)[0]

    return run


@pytest.fixture(scope="module")
def levels(real_rgb) -> list[np.ndarray]:
    found = [real_rgb[:2048, :2048]]
    for _ in range(2):
        side = len(found[-1]) // 2
        pairs = found[-1].reshape(side, 2, side, 2, 3)
        found.append(np.rint(pairs.mean(axis=(1, 3))).astype(np.uint8))
    return found


def test_a_sound_pyramid_hardly_differs(pyramid, levels) -> None:
    found = pyramid(levels)
    assert found.value < 2
    assert found.codes == ()
    assert found.facts["levels"] == 3


def test_levels_shrunk_by_picking_pixels_are_sound_too(pyramid, levels) -> None:
    assert pyramid([levels[0], levels[0][::2, ::2], levels[0][::4, ::4]]).value < 15


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("fault", ["blank", "turned"])
def test_a_blank_or_a_foreign_level_stands_out(pyramid, levels, number: int, fault: str) -> None:
    wrong = list(levels)
    turned = np.ascontiguousarray(wrong[number][::-1, ::-1])
    wrong[number] = np.full_like(turned, 245) if fault == "blank" else turned
    found = pyramid(wrong)
    assert found.value > 40
    assert found.places[0].code == "pyramid_differs"


def test_a_level_of_another_shape_is_a_fault(pyramid, levels) -> None:
    assert pyramid([levels[0], levels[1][:, :900]]).codes == ("pyramid_size",)


def test_one_level_has_nothing_to_compare(pyramid, levels) -> None:
    found = pyramid(levels[:1])
    assert (found.value, found.reason, found.codes) == (None, "one_level", ())
