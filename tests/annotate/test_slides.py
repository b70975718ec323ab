"""Slides: elements as bytes and arrays, two readings compared, counts per mm²."""

import json
import struct
from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from renkei.annotate.elements import Row, pack_rings, to_arrays, unpack_rings
from renkei.annotate.slides import (
    OutlineRefusedError,
    check_outline,
    compare_outlines,
    densities,
    from_elements,
    match_points,
    to_elements,
)
from renkei.annotate.vocabulary import load_vocabulary
from renkei.imaging.outlines import Kind, Outline
from renkei.proof import canonical, digest

WORDS = load_vocabulary("slide-tissue")
number = st.floats(0, 1e5)
ring = st.lists(st.tuples(number, number), min_size=1, max_size=9).map(tuple)


def box(x, y, side, key="tumour", **said):
    corners = ((x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y))
    return Outline(key, (corners,), **said)


def mark(x, y, key="tumour", **said):
    return Outline(key, (((float(x), float(y)),),), kind=Kind.POINT, **said)


@given(st.lists(ring, min_size=1, max_size=4).map(tuple))
def test_rings_come_back_exactly(rings):
    assert unpack_rings(pack_rings(rings)) == rings


def test_the_arrays_hold_every_element_in_order():
    region, cell = UUID(int=1), UUID(int=2)
    rings = (box(0, 0, 8).rings[0], box(2, 2, 4).rings[0])
    rows = [
        Row(region, 3, "tumour", Kind.POLYGON, None, pack_rings(rings)),
        Row(cell, 1, "necrosis", Kind.POINT, region, pack_rings((((1.5, 2.5),),))),
    ]
    data = to_arrays(rows)
    (length,) = struct.unpack_from("<I", data)
    header = json.loads(data[4 : 4 + length])
    assert header["keys"] == ["necrosis", "tumour"]
    assert (header["elements"], header["rings"], header["points"]) == (2, 3, 11)
    at = 4 + length
    assert at % 4 == 0
    assert data[at : at + 32] == region.bytes + cell.bytes
    numbers = np.frombuffer(data, "<i4", count=8 + 3 + 4, offset=at + 32).tolist()
    assert numbers == [3, 1, 1, 0, 0, 2, -1, 0, 0, 2, 3, 0, 5, 10, 11]
    xy = np.frombuffer(data, "<f4", offset=at + 32 + 60).reshape(-1, 2)
    assert xy[-1].tolist() == [1.5, 2.5]
    assert len(xy) == 11


def test_equal_drawings_hash_alike_whatever_their_rows_are_called():
    def drawn(region, cell):
        return [box(0, 0, 50, id=region), mark(5, 5, id=cell, parent=region)]

    first, second = (to_elements(drawn(*ids)) for ids in (("a", "b"), ("x", "y")))
    assert digest(canonical(first)) == digest(canonical(second))
    back = from_elements(first)
    parent = next(o for o in back if o.kind is Kind.POLYGON)
    assert next(o for o in back if o.kind is Kind.POINT).parent == parent.id
    assert to_elements(back) == first
    assert from_elements([{"key": "tumour", "rings": [[[0, 0], [4, 0], [4, 4], [0, 0]]]}])


@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)), min_size=1, max_size=12),
)
def test_points_match_one_to_one_near_the_best_there_is(a, b):
    near = 12.0
    first, second = ([mark(*place) for place in side] for side in (a, b))
    apart = np.linalg.norm(np.array(a)[:, None] - np.array(b)[None], axis=2)
    # An independent, optimal assignment: the nearest-first one pairs at least half as many.
    best = sum(
        apart[i, j] <= near for i, j in zip(*linear_sum_assignment(apart > near), strict=True)
    )
    pairs = match_points(first, second, near) * (len(a) + len(b)) / 2
    assert best / 2 <= pairs + 1e-9
    assert pairs <= best + 1e-9
    assert match_points(first, first, near) == 1


def test_marks_of_the_same_cell_agree_and_others_are_disputed():
    mine = [mark(100 * n, 100) for n in range(10)]
    theirs = [mark(100 * n + 6, 100) for n in range(9)]
    (found,) = compare_outlines(mine, theirs, WORDS, mpp=0.5).terms
    assert (found.overlap.dice, found.disputes) == (pytest.approx(18 / 19), ())
    (coarse,) = compare_outlines(mine, theirs, WORDS, mpp=2.0).terms
    assert [d.reason for d in coarse.disputes] == ["extent"]
    (alone,) = compare_outlines(mine, [], WORDS, mpp=0.5).terms
    assert [d.reason for d in alone.disputes] == ["presence"]


def test_rulers_and_annotated_boxes_find_nothing():
    scope = box(0, 0, 90, kind=Kind.ANNOTATED)
    ruler = Outline("tumour", (((0.0, 0.0), (9.0, 9.0)),), kind=Kind.RULER)
    assert compare_outlines([scope, ruler], [], WORDS, [set(), set()]).terms == ()


def test_mitoses_are_counted_per_square_millimetre_of_what_is_annotated():
    # Two boxes of 1 mm² at 0.5 µm per pixel, a quarter of each lies on the other.
    boxes = [box(at, at, 2000, kind=Kind.ANNOTATED) for at in (0, 1000)]
    marks = [mark(500, 500), mark(1500, 1500), mark(2900, 2900), mark(2900, 100)]
    (found,) = densities([*boxes, *marks], 0.5)
    assert (found.count, found.area_mm2) == (3, pytest.approx(1.75))
    assert found.per_mm2 == pytest.approx(3 / 1.75)
    assert densities(marks, 0.5) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        replace(mark(5, 5), rings=(((5.0, 5.0), (6.0, 6.0)),)),
        mark(401, 5),
        Outline("tumour", (((5.0, 5.0), (5.0, 5.0)),), kind=Kind.RULER),
        replace(box(0, 0, 9), rings=(((0, 0), (9, 0), (9, 9), (0, 0)),), kind=Kind.RECTANGLE),
        replace(box(0, 0, 9), rings=(((0, 0), (9, 0), (9, 9), (0, 9)),)),
        replace(box(0, 0, 9), rings=(((0, 0), (9, 9), (9, 0), (0, 9), (0, 0)),)),
    ],
)
def test_what_is_no_element_is_refused(wrong):
    with pytest.raises(OutlineRefusedError):
        check_outline(wrong, WORDS, 400, 300)
