"""Components, diameters and matching of lesions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage
from tests.annotate.shapes import GRID, ball

from renkei.annotate.lesions import components, diameters, f1, match_lesions, measure_lesions


@settings(deadline=None)
@given(mask=arrays(np.bool_, (4, 5, 5)))
def test_components_are_those_of_an_independent_labelling(mask: np.ndarray) -> None:
    expected, count = ndimage.label(mask, np.ones((3, 3, 3)))
    found = components(mask)
    assert found.max(initial=0) == count
    pairs = set(zip(found[mask].tolist(), expected[mask].tolist(), strict=True))
    assert len(pairs) == count
    firsts = [int(np.flatnonzero(found == n)[0]) for n in range(1, count + 1)]
    assert firsts == sorted(firsts)


@given(radius=st.floats(4, 15), step=st.floats(0.4, 1.0))
@settings(deadline=None, max_examples=25)
def test_the_diameter_of_a_disc_is_twice_its_radius(radius: float, step: float) -> None:
    n = int(2 * radius / step) + 6
    y, x = np.indices((n, n)) - n / 2
    long, short = diameters(np.hypot(y, x) * step <= radius, (step, step))
    assert long == pytest.approx(2 * radius, abs=2 * step)
    assert short == pytest.approx(2 * radius, abs=2 * step)


def test_a_bar_is_measured_in_millimetres_of_its_own_axes() -> None:
    plane = np.zeros((30, 10), bool)
    plane[5:25, 4] = True
    long, short = diameters(plane, (2.0, 0.5))
    assert long == pytest.approx(40.0, abs=0.1)
    assert short == pytest.approx(0.5, abs=0.1)
    assert diameters(plane.T, (0.5, 2.0)) == pytest.approx((long, short))


def test_one_lesion_drawn_twice_is_a_pair() -> None:
    a, b = ball(5, 12, 14, 5), ball(5, 13, 14, 5)
    (match,) = match_lesions(components(a), components(b))
    assert match.pair
    assert f1((match,)) == 1.0


def test_missed_split_and_distant_lesions_are_told_apart() -> None:
    whole = ball(5, 12, 10, 6)
    halves = whole.copy()
    halves[:, :, 10] = False
    far = ball(5, 5, 24, 2)
    matches = match_lesions(components(whole), components(halves | far))
    reasons = sorted(match.reason for match in matches)
    assert reasons == ["missed_by_a", "split"]
    assert f1(matches) == 0.0
    (alone,) = match_lesions(components(far), components(np.zeros_like(far)))
    assert alone.reason == "missed_by_b"
    assert f1(()) is None


def test_a_small_core_in_a_large_lesion_belongs_to_it() -> None:
    # IoU is under 0.1, but the deepest point of each lies in the other.
    big, core = ball(5, 12, 14, 8), ball(5, 12, 14, 2)
    assert np.count_nonzero(core) / np.count_nonzero(big) < 0.1
    (match,) = match_lesions(components(big), components(core))
    assert match.pair


def test_the_size_is_that_of_the_slice_where_it_is_longest() -> None:
    (lesion,) = measure_lesions(components(ball(5, 12, 14, 6)), GRID.spacing)
    assert lesion.slice == 5
    assert lesion.long_mm == pytest.approx(12, abs=1.2)
