"""Grids in the patient."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.imaging.geometry import Geometry

mm = st.floats(0.1, 10)
place = st.floats(-500, 500)


@st.composite
def grids(draw):
    a, b, c = (draw(st.floats(-math.pi, math.pi)) for _ in range(3))
    cos, sin = math.cos, math.sin
    rz = np.array([[cos(a), -sin(a), 0], [sin(a), cos(a), 0], [0, 0, 1]])
    ry = np.array([[cos(b), 0, sin(b)], [0, 1, 0], [-sin(b), 0, cos(b)]])
    rx = np.array([[1, 0, 0], [0, cos(c), -sin(c)], [0, sin(c), cos(c)]])
    return Geometry(
        shape=tuple(draw(st.integers(1, 50)) for _ in range(3)),
        spacing=tuple(draw(mm) for _ in range(3)),
        origin=tuple(draw(place) for _ in range(3)),
        direction=tuple((rz @ ry @ rx).ravel()),
    )


@given(grids(), st.tuples(*[st.floats(-50, 50)] * 3))
def test_a_place_gives_its_index_back(grid, index):
    assert grid.index(grid.point(*index)) == pytest.approx(index, abs=1e-6)


@given(grids())
def test_a_step_along_an_axis_is_the_spacing_long(grid):
    for axis in range(3):
        step = [0.0, 0.0, 0.0]
        step[axis] = 1.0
        assert math.dist(grid.point(*step), grid.origin) == pytest.approx(grid.spacing[axis])


@given(grids(), st.floats(0.01, 5))
def test_a_shifted_grid_is_another(grid, shift):
    x, y, z = grid.origin
    moved = Geometry(grid.shape, grid.spacing, (x + shift, y, z), grid.direction)
    assert grid.close_to(grid)
    assert not grid.close_to(moved)
    assert grid.close_to(moved, mm=shift * 1.01)


def test_a_flipped_grid_is_another_though_its_corner_is_the_same():
    grid = Geometry((4, 4, 4), (1, 1, 1))
    flipped = Geometry((4, 4, 4), (1, 1, 1), direction=(1, 0, 0, 0, -1, 0, 0, 0, 1))
    assert not grid.close_to(flipped)
    assert (grid.orientation, flipped.orientation) == ("LPS", "LAS")
