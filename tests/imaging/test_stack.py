"""What can be wrong with a stack: each fault, injected into a clean one, under its name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from renkei.imaging.stack import StackCode, order_slices


def headers(places, **changes) -> list[Dataset]:
    made = []
    for place in places:
        header = Dataset()
        header.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        header.Rows, header.Columns = 64, 64
        header.PixelSpacing = [0.8, 0.8]
        header.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        header.ImagePositionPatient = [-10.0, -10.0, float(place)]
        header.SeriesInstanceUID = "1.2.3"
        for keyword, value in changes.items():
            setattr(header, keyword, value)
        made.append(header)
    return made


CLEAN = tuple(np.arange(20) * 2.5 + 100)


def codes(found: list[Dataset]) -> set[str]:
    return set(order_slices(found).codes)


@given(st.permutations(range(20)))
def test_any_order_of_files_gives_one_order_of_slices(order):
    found = headers(CLEAN)
    stack = order_slices([found[i] for i in order])
    assert [order[i] for i in stack.order] == list(range(20))
    assert stack.codes == ()
    assert stack.spacing_mm == pytest.approx(2.5)


@given(st.integers(1, 18), st.integers(1, 3))
def test_a_missing_slice_is_found_wherever_it_was(first, count):
    left = [z for i, z in enumerate(CLEAN) if not first <= i < min(first + count, 19)]
    assert codes(headers(left)) == {StackCode.MISSING_SLICE}


@given(st.integers(0, 19))
def test_a_slice_twice_is_found(n):
    assert codes(headers([*CLEAN, CLEAN[n]])) == {StackCode.DUPLICATE_POSITION}


@given(st.integers(1, 18), st.floats(0.15, 0.4))
def test_a_slice_out_of_its_place_is_found(n, share):
    moved = [z + (share * 2.5 if i == n else 0) for i, z in enumerate(CLEAN)]
    assert codes(headers(moved)) == {StackCode.IRREGULAR_SPACING}


@given(st.lists(st.floats(-0.02, 0.02), min_size=20, max_size=20))
def test_rounded_positions_are_no_fault(jitter):
    assert codes(headers([z + j for z, j in zip(CLEAN, jitter, strict=True)])) == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Rows": 128}, StackCode.MIXED_MATRIX),
        ({"PixelSpacing": [0.8, 0.9]}, StackCode.MIXED_SPACING),
        (
            {"ImageOrientationPatient": [0.99, 0.141, 0, -0.141, 0.99, 0]},
            StackCode.MIXED_ORIENTATION,
        ),
        ({"SeriesInstanceUID": "1.2.4"}, StackCode.SEVERAL_SERIES),
        ({"ImagePositionPatient": None}, StackCode.NO_POSITION),
        ({"ImageOrientationPatient": None}, StackCode.NO_POSITION),
        ({"PixelSpacing": None}, StackCode.NO_SPACING),
        ({"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}, StackCode.LOCALIZER),
    ],
)
def test_one_slice_that_is_not_like_the_others_is_named(changes, code):
    found = headers(CLEAN)
    for keyword, value in changes.items():
        setattr(found[7], keyword, value)
    assert code in codes(found)


def test_a_secondary_capture_has_no_place():
    derived = headers([0], ImageType=["DERIVED", "SECONDARY"], ImagePositionPatient=None)
    assert codes(derived) == {StackCode.SECONDARY}


@given(st.floats(2, 30))
def test_a_tilted_gantry_is_found(degrees):
    found = headers(CLEAN)
    for header in found:
        x, y, z = header.ImagePositionPatient
        header.ImagePositionPatient = [x, y + np.tan(np.radians(degrees)) * z, z]
    assert codes(found) == {StackCode.TILT}


def test_nothing_is_no_stack():
    assert codes([]) == {StackCode.NO_SLICES}


def test_a_step_is_never_made_up():
    assert codes(headers([5.0])) == {StackCode.NO_SPACING}
    assert order_slices(headers([5.0], SliceThickness=3)).spacing_mm == 3
