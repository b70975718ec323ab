"""Marks give the lengths, angles and values of a phantom whose truth is known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.annotate.marking import answered_twice, check_mark
from renkei.annotate.marks import (
    Mark,
    MarkKind,
    MarkRefusedError,
    check_shape,
    mark_of,
    plane_of,
    region_of,
    slice_of,
    value_at,
)
from renkei.annotate.vocabulary import UnknownTermError, load_vocabulary
from renkei.imaging.geometry import Geometry

WORDS = load_vocabulary("chest-ct-nodules")
# Turned by 30° about z, then by 20° about x, and no two steps alike.
C, S, C2, S2 = math.cos(0.5236), math.sin(0.5236), math.cos(0.3491), math.sin(0.3491)
TURN = np.array([[1, 0, 0], [0, C2, -S2], [0, S2, C2]]) @ [[C, -S, 0], [S, C, 0], [0, 0, 1]]
OBLIQUE = Geometry((12, 40, 50), (3.0, 0.8, 0.5), (-31.0, 17.5, 204.0), tuple(TURN.ravel()))
STRAIGHT = Geometry((12, 40, 50), (3.0, 0.8, 0.5), (-12.0, -16.0, 5.0))
GRIDS = pytest.mark.parametrize("grid", [STRAIGHT, OBLIQUE], ids=["straight", "oblique"])


def at(grid: Geometry, *indices: tuple[float, float, float]) -> tuple:
    return tuple(grid.point(*index) for index in indices)


def phantom(grid: Geometry) -> np.ndarray:
    """Return a cylinder of 60 HU and 8 mm radius along z in -100 HU, with a known ripple in it."""
    z, y, x = np.indices(grid.shape)
    inside = ((y - 20) * grid.spacing[1]) ** 2 + ((x - 25) * grid.spacing[2]) ** 2 <= 64.0
    return np.where(inside, 60 + 2 * ((x + y + z) % 2), -100).astype(np.int16)


@GRIDS
def test_a_ruler_measures_mm_along_every_axis_and_across_them(grid: Geometry) -> None:
    for end, expected in (
        ((4, 20, 45), 20 * 0.5),
        ((4, 30, 25), 10 * 0.8),
        ((9, 20, 25), 5 * 3.0),
        ((6, 30, 45), math.sqrt((2 * 3.0) ** 2 + (10 * 0.8) ** 2 + (20 * 0.5) ** 2)),
    ):
        mark = Mark(MarkKind.RULER, "non_target", at(grid, (4, 20, 25), end))
        assert value_at(mark, grid, phantom(grid)).values["length_mm"] == pytest.approx(
            expected, abs=0.005
        )


@GRIDS
def test_an_ellipse_on_the_phantom_gives_its_values_and_area(grid: Geometry) -> None:
    corners = at(grid, (5, 20 - 6, 25 - 8), (5, 20 + 6, 25 + 8))
    found = value_at(Mark(MarkKind.ELLIPSE, "x", corners), grid, phantom(grid)).values
    z, y, x = np.indices(grid.shape)
    inside = (z == 5) & (((y - 20) / 6.0) ** 2 + ((x - 25) / 8.0) ** 2 <= 1 + 1e-9)
    truth = phantom(grid)[inside]
    assert found["voxels"] == truth.size
    assert found["mean"] == pytest.approx(truth.mean(), abs=0.005)
    assert found["sd"] == pytest.approx(truth.std(), abs=0.005)
    assert (found["min"], found["max"]) == (60, 62)
    assert found["area_mm2"] == pytest.approx(math.pi * (6 * 0.8) * (8 * 0.5), abs=0.01)


@GRIDS
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_rectangle_in_any_plane_takes_the_voxels_of_that_plane(grid: Geometry, axis: int) -> None:
    low, high = np.array([3, 10, 12]), np.array([8, 21, 33])
    high[axis] = low[axis]
    corners = at(grid, tuple(low), tuple(high))
    mark = Mark(MarkKind.RECTANGLE, "x", corners)
    cut = phantom(grid)[tuple(slice(a, b + 1) for a, b in zip(low, high, strict=True))]
    found = value_at(mark, grid, phantom(grid)).values
    assert plane_of(mark, grid) == (axis, low[axis])
    assert found["voxels"] == cut.size
    assert found["mean"] == pytest.approx(cut.mean(), abs=0.005)
    sides = [float(n * s) for n, s in zip(high - low, grid.spacing, strict=True)]
    sides.pop(axis)
    assert found["area_mm2"] == pytest.approx(math.prod(sides), abs=0.01)


@GRIDS
@pytest.mark.parametrize("degrees", [0.5, 30.0, 90.0, 135.0, 179.5])
def test_an_angle_is_measured_in_mm_not_in_voxels(grid: Geometry, degrees: float) -> None:
    turn = math.radians(degrees)
    other = (5, 20 + 6 * math.sin(turn) / 0.8, 25 + 6 * math.cos(turn) / 0.5)
    mark = Mark(MarkKind.ANGLE, "x", at(grid, (5, 20, 45), (5, 20, 25), other))
    assert value_at(mark, grid, phantom(grid)).values["angle_deg"] == pytest.approx(degrees)


@GRIDS
def test_a_point_reads_the_nearest_voxel(grid: Geometry) -> None:
    voxels = phantom(grid)
    mark = Mark(MarkKind.POINT, "non_target", at(grid, (4.4, 19.6, 25.2)))
    assert value_at(mark, grid, voxels).values["value"] == voxels[4, 20, 25]
    assert slice_of(mark, grid) == 4


def axes(grid: Geometry, *, tilt: float = 0.0, short: float = 6.0, shift: float = 0.0) -> Mark:
    """Return axes in mm about the middle of slice 5; the short one `tilt` degrees off square."""
    turn = math.radians(90 + tilt)
    middle = np.array([5.0, 20.0, 25.0])
    step = np.array([1.0, 0.8, 0.5])
    across = np.array([0, math.sin(turn), math.cos(turn)]) * short / 2
    moved = np.array([0, 0, shift])
    places = [np.array([0, 0, -5.0]), np.array([0, 0, 5.0]), moved - across, moved + across]
    indices = [tuple(float(v) for v in middle + place / step) for place in places]
    return Mark(MarkKind.BIDIRECTIONAL, "target", at(grid, *indices))


@GRIDS
def test_both_axes_are_measured_and_must_stand_square(grid: Geometry) -> None:
    mark = axes(grid)
    check_mark(mark, WORDS, grid)
    assert value_at(mark, grid, phantom(grid)).values == {"long_mm": 10.0, "short_mm": 6.0}
    check_shape(axes(grid, tilt=0.9), grid)
    with pytest.raises(MarkRefusedError, match="right angle"):
        check_shape(axes(grid, tilt=1.2), grid)
    with pytest.raises(MarkRefusedError, match="longest"):
        check_shape(axes(grid, short=10.5), grid)
    with pytest.raises(MarkRefusedError, match="cross"):
        check_shape(axes(grid, shift=5.5), grid)


@pytest.mark.parametrize(
    ("kind", "indices"),
    [
        (MarkKind.RULER, [(4, 20, 25)]),
        (MarkKind.RULER, [(4, 20, 25), (4, 20, 25)]),
        (MarkKind.RULER, [(4, 20, 25), (4, 20, 50)]),
        (MarkKind.ANGLE, [(4, 20, 25), (4, 20, 25), (4, 20, 30)]),
        (MarkKind.ELLIPSE, [(4, 20, 25), (5, 24, 30)]),
        (MarkKind.ELLIPSE, [(4, 20, 25), (4, 20, 30)]),
        (MarkKind.POINT, [(4, float("nan"), 25)]),
    ],
)
def test_a_mark_that_is_none_is_refused(kind: MarkKind, indices: list) -> None:
    with pytest.raises(MarkRefusedError):
        check_shape(Mark(kind, "x", at(OBLIQUE, *indices)), OBLIQUE)


def test_a_region_between_voxels_holds_none_and_is_refused() -> None:
    mark = Mark(MarkKind.RECTANGLE, "x", at(STRAIGHT, (4, 20.2, 25.2), (4, 20.8, 25.8)))
    with pytest.raises(MarkRefusedError, match="no voxel"):
        region_of(mark, STRAIGHT)


def test_a_vocabulary_says_what_is_measured_how_and_which_answers_there_are() -> None:
    point = at(STRAIGHT, (4, 20, 25))
    check_mark(Mark(MarkKind.POINT, "non_target", point), WORDS, STRAIGHT)
    check_mark(Mark(MarkKind.CLASS, "image_quality", answer="good"), WORDS, STRAIGHT)
    check_mark(Mark(MarkKind.RULER, "nodule", at(STRAIGHT, (4, 1, 1), (4, 2, 2))), WORDS, STRAIGHT)
    for wrong in (
        Mark(MarkKind.POINT, "target", point),
        Mark(MarkKind.CLASS, "image_quality", answer="splendid"),
        Mark(MarkKind.CLASS, "non_target", answer="good"),
        Mark(MarkKind.POINT, "image_quality", point),
        Mark(MarkKind.SLICE_CLASS, "image_quality", point, "good"),
        Mark(MarkKind.POINT, "non_target", point, text="x" * 201),
    ):
        with pytest.raises(MarkRefusedError):
            check_mark(wrong, WORDS, STRAIGHT)
    with pytest.raises(UnknownTermError):
        check_mark(Mark(MarkKind.POINT, "heart", point), WORDS, STRAIGHT)


def test_a_question_has_one_answer_per_case_or_per_slice() -> None:
    case = Mark(MarkKind.CLASS, "image_quality", answer="good")
    assert answered_twice(case, [case], STRAIGHT)
    first, second = (
        Mark(MarkKind.SLICE_CLASS, "motion", at(STRAIGHT, (z, 20, 25)), "some") for z in (4, 5)
    )
    assert not answered_twice(second, [case, first], STRAIGHT)
    assert answered_twice(second, [case, first, second], STRAIGHT)


@given(
    places=st.lists(st.tuples(*[st.floats(-1e4, 1e4)] * 3), min_size=2, max_size=2),
    text=st.text(max_size=20),
)
def test_a_mark_comes_back_from_json(places: list, text: str) -> None:
    mark = Mark(MarkKind.RULER, "target", tuple(places), text=text, values={"length_mm": 1.5})
    assert mark_of(mark.to_json()) == mark
    with pytest.raises(MarkRefusedError):
        mark_of({**mark.to_json(), "kind": "cloud"})
