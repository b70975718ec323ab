"""Stored values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renkei.imaging.pixels import (
    NoPixelsError,
    Shape,
    TruncatedError,
    UndecodableError,
    decode_frame,
    frames,
    unused_bits_cleared,
)
from renkei.imaging.walk import BIG_ENDIAN, EXPLICIT


def shape(**changes) -> Shape:
    said = {
        "rows": 3,
        "columns": 4,
        "frames": 1,
        "samples": 1,
        "allocated": 16,
        "stored": 12,
        "signed": False,
        **changes,
    }
    return Shape(**said)


@given(st.lists(st.integers(-2048, 2047), min_size=12, max_size=12), st.integers(0, 15))
def test_what_hides_above_the_stored_bits_is_cleared(values, overlay):
    plain = np.array(values, np.int16).reshape(3, 4)
    dirty = (plain & 0x0FFF) | np.int16(np.uint16(overlay << 12).view(np.int16))
    for signed in (False, True):
        kind = np.int16 if signed else np.uint16
        wanted = plain if signed else (plain & 0x0FFF).view(np.uint16)
        cleared = unused_bits_cleared(dirty.view(kind), shape(signed=signed))
        assert np.array_equal(cleared, wanted)


def test_both_byte_orders_give_the_same_frames():
    values = np.arange(24, dtype="<u2")
    two = shape(frames=2)
    little = list(frames(values.tobytes(), two, EXPLICIT))
    big = list(frames(values.astype(">u2").tobytes(), two, BIG_ENDIAN))
    assert np.array_equal(little, big)
    assert np.array_equal(little[1].ravel(), np.arange(12, 24))


def test_frames_of_one_bit_follow_each_other_without_padding():
    one = shape(allocated=1, stored=1, frames=2, rows=3, columns=3)
    bits = np.array([1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0], np.uint8)
    found = list(frames(np.packbits(bits, bitorder="little").tobytes(), one, EXPLICIT))
    assert np.array_equal(np.ravel(found), bits)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"frames": 2}, TruncatedError),
        ({"rows": 0}, NoPixelsError),
        ({"frames": 10**9}, UndecodableError),
        ({"stored": 17}, UndecodableError),
        ({"samples": 7}, UndecodableError),
    ],
)
def test_a_description_that_does_not_fit_is_refused(changes, refusal):
    with pytest.raises(refusal):
        list(frames(bytes(24), shape(**changes), EXPLICIT))


def test_an_unknown_transfer_syntax_is_refused():
    with pytest.raises(UndecodableError):
        decode_frame(b"\0" * 64, shape(), "1.2.840.10008.1.2.4.100")
