"""Pictures."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydicom.dataset import Dataset
from tests.dicomweb.conftest import small_ct

from renkei.dicomweb.render import (
    PNG,
    BadWindowError,
    Look,
    NoSuchFrameError,
    parse_viewport,
    parse_window,
    render,
    shown,
)
from renkei.imaging.made import write_ct_series


@given(st.integers(-1000, 1000), st.integers(2, 2000))
def test_a_window_is_dark_below_bright_above_and_never_falls_between(centre, width):
    stored = np.arange(-3000, 3000, 7, dtype=np.int16).reshape(1, -1)
    grey = shown(stored, Dataset(), (centre, width)).ravel().astype(int)
    # PS3.3 C.11.2.1.2.1: black up to c - 0.5 - (w-1)/2, white above c - 0.5 + (w-1)/2.
    assert (grey[stored.ravel() <= centre - 0.5 - (width - 1) / 2] == 0).all()
    assert (grey[stored.ravel() > centre - 0.5 + (width - 1) / 2] == 255).all()
    assert (np.diff(grey) >= 0).all()


def test_monochrome1_is_turned_over():
    stored = np.array([[0, 100]], np.uint16)
    header = Dataset()
    plain = shown(stored, header, (50, 100)).astype(int)
    header.PhotometricInterpretation = "MONOCHROME1"
    assert np.array_equal(255 - plain, shown(stored, header, (50, 100)))


def test_an_image_without_a_window_shows_its_own_range():
    stored = np.random.default_rng(0).integers(5000, 6000, (64, 64)).astype(np.uint16)
    grey = shown(stored, Dataset(), None)
    assert grey.min() == 0
    assert grey.max() == 255


def test_a_frame_that_is_not_there_is_refused():
    data = write_ct_series(small_ct(1), {})[0]
    assert Image.open(io.BytesIO(render(data, Look(media_type=PNG)))).size == (10, 12)
    with pytest.raises(NoSuchFrameError):
        render(data, Look(frame=2))


@pytest.mark.parametrize("text", ["1", "a,b", "0,0", "nan,5", "1,inf", "1,-2", ","])
def test_a_window_that_is_none_is_refused(text):
    with pytest.raises(BadWindowError):
        parse_window(text)


@pytest.mark.parametrize("text", ["1", "a,b", "0,5", "-1,5", "99999,5"])
def test_a_viewport_that_is_none_is_refused(text):
    with pytest.raises(BadWindowError):
        parse_viewport(text)


def test_what_is_not_asked_for_is_none():
    assert parse_window(None) is None
    assert parse_viewport("") is None
    assert parse_window("40,400,linear") == (40, 400)
