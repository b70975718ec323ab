"""The drawing."""

import numpy as np
import pytest

from renkei.imaging.anatomy import Person, add_lesion, draw, smooth_noise

PERSON = Person("M", 55, 1.0, 1.0)
SHAPE, SPACING = (32, 64, 64), (6.0, 5.3, 5.3)


@pytest.fixture
def canvas():
    return draw(PERSON, SHAPE, SPACING, np.random.default_rng(0))


def test_organs_lie_in_the_body_and_not_in_each_other(canvas):
    names = ("liver", "spleen", "kidney_right", "kidney_left", "aorta", "spine")
    taken = np.zeros(SHAPE, bool)
    for name in names:
        organ = canvas.organs[name]
        assert organ.any()
        assert not (organ & ~canvas.organs["body"]).any()
        assert not (organ & taken).any(), name
        taken |= organ


def test_a_lesion_changes_its_own_voxels_only(canvas):
    before = canvas.hu.copy()
    lesion = add_lesion(canvas, "liver", 12.0, -60.0)
    assert lesion is not None
    assert np.allclose(canvas.hu[lesion], before[lesion] - 60)
    assert np.array_equal(canvas.hu[~lesion], before[~lesion])


def test_a_second_lesion_keeps_off_the_first(canvas):
    first = add_lesion(canvas, "liver", 10.0, -60.0)
    second = add_lesion(canvas, "liver", 10.0, -60.0)
    assert not (first & second).any()
    assert np.array_equal(canvas.organs["lesion"], first | second)


def test_a_lesion_too_large_for_its_organ_is_not_drawn(canvas):
    before = canvas.hu.copy()
    assert add_lesion(canvas, "aorta", 60.0, -60.0) is None
    assert np.array_equal(canvas.hu, before)


def test_a_larger_person_is_larger():
    bodies = [
        draw(Person("F", 40, 1.0, scale), SHAPE, SPACING, np.random.default_rng(0))
        .organs["body"]
        .sum()
        for scale in (0.9, 1.0, 1.1)
    ]
    assert bodies == sorted(bodies)


def test_smooth_noise_is_smooth_and_of_unit_spread():
    field = smooth_noise((24, 24, 24), 4, np.random.default_rng(0))
    assert float(field.std()) == pytest.approx(1, abs=0.25)
    assert float(np.abs(np.diff(field, axis=0)).mean()) < 0.3
