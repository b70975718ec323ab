"""The filling rule: centres inside, holes by XOR, no pixel twice or left out."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, Polygon

from renkei.imaging.polygons import fill


def square(low: float, high: float) -> np.ndarray:
    return np.array([(low, low), (high, low), (high, high), (low, high)], dtype=float)


def test_a_ring_inside_a_ring_is_a_hole():
    mask = fill([square(0.5, 8.5), square(2.5, 5.5)], (10, 10))
    assert mask.sum() == 64 - 9
    assert mask[1, 1]
    assert not mask[4, 4]


def test_polygons_side_by_side_share_no_pixel_and_leave_none_out():
    left = np.array([(0, 0), (4, 0), (4, 8), (0, 8)], dtype=float)
    right = left + np.array([4, 0])
    a, b = fill([left], (8, 8)), fill([right], (8, 8))
    assert not (a & b).any()
    assert (a | b).all()


def test_what_hangs_over_the_edge_is_cut():
    assert fill([square(-5, 20)], (8, 8)).all()
    assert not fill([square(20, 30)], (8, 8)).any()


@given(st.lists(st.tuples(*[st.floats(-3, 13).map(lambda v: round(v, 3))] * 2), min_size=3))
def test_simple_polygons_hold_the_centres_that_geometry_says(points):
    polygon = Polygon(points)
    if not polygon.is_valid or polygon.area < 1:
        return
    mask = fill([np.array(points)], (10, 10))
    for y, x in np.ndindex(10, 10):
        if polygon.boundary.distance(Point(x, y)) > 1e-6:
            assert mask[y, x] == polygon.contains(Point(x, y))


def test_a_mask_has_the_area_of_its_contour():
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 90.3 + (100.2, 99.7)
    assert abs(fill([circle], (200, 200)).sum() / (np.pi * 90.3**2) - 1) < 0.002
