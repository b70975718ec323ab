"""Compressed pictures: what shows them stays bit for bit, every other byte goes."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.deid import slides_made

from renkei.deid.streams import DamagedStreamError, clean_j2k, clean_jpeg, strip_comments
from renkei.deid.tiles import markers

imagecodecs = pytest.importorskip("imagecodecs")
RGB = slides_made.tissue(64, 96)
JPEG = slides_made.jpeg(RGB)


def progressive():
    return slides_made.jpeg(RGB, progressive=True, restart_marker_blocks=3)


def between_scans(data, word):
    """Put a comment before the last scan's header."""
    at = data.rindex(b"\xff\xda")
    return data[:at] + b"\xff\xfe" + (len(word) + 2).to_bytes(2, "big") + word + data[at:]


@pytest.mark.parametrize("data", [JPEG, progressive()], ids=["baseline", "progressive"])
def test_comments_anywhere_in_a_jpeg_go_and_the_picture_is_the_same(data):
    planted = between_scans(slides_made.with_comment(data, "ZFirst"), b"ZMiddle") + b"ZBehind"
    planted = planted[:2] + b"\xff\xe1\x00\x09ZExif\0\0"[:11] + planted[2:]
    cleaned = clean_jpeg(planted)
    assert b"Z" not in cleaned.replace(data, b"")
    assert cleaned == data
    assert np.array_equal(imagecodecs.jpeg8_decode(cleaned), imagecodecs.jpeg8_decode(planted))


def test_comments_in_jpeg_2000_go_and_the_picture_is_the_same():
    data = imagecodecs.jpeg2k_encode(RGB, level=0, reversible=True, codecformat="j2k")
    assert b"OpenJPEG" in data
    # A comment in the head of the first tile too, whose length then says so.
    at = data.index(b"\xff\x90")
    sod = data.index(b"\xff\x93", at)
    length = int.from_bytes(data[at + 6 : at + 10], "big") + 9
    planted = data[: at + 6] + length.to_bytes(4, "big") + data[at + 10 : sod]
    planted += b"\xff\x64\x00\x07\0\1ZT!" + data[sod:] + b"ZBehind"
    cleaned = clean_j2k(planted)
    assert [w for w in (b"OpenJPEG", b"ZT!", b"ZBehind") if w in cleaned] == []
    assert np.array_equal(imagecodecs.jpeg2k_decode(cleaned), RGB)
    assert strip_comments(planted, "1.2.840.10008.1.2.4.90") == cleaned


def test_jpeg_ls_keeps_its_tables():
    grey = np.ascontiguousarray(RGB[..., 0])
    data = imagecodecs.jpegls_encode(grey)
    cleaned = strip_comments(
        slides_made.with_comment(data, "ZName") + b"ZBehind", "1.2.840.10008.1.2.4.80"
    )
    assert b"Z" not in cleaned.replace(data, b"")
    assert np.array_equal(imagecodecs.jpegls_decode(cleaned), grey)


def test_a_frame_that_goes_on_in_another_fragment_is_cleaned_as_far_as_it_goes():
    planted = slides_made.with_comment(JPEG, "ZName")
    half = strip_comments(planted[:400], "1.2.840.10008.1.2.4.50")
    assert b"ZName" not in half
    assert JPEG.startswith(half)


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8", b"\xff\xd8\xff", JPEG[:10], b"\xff\xd8zz", b"\xff\x4f\xff\x51"]
)
def test_a_broken_stream_is_refused_or_kept_without_a_word(data):
    for clean in (clean_jpeg, clean_j2k):
        with suppress(DamagedStreamError):
            assert data.startswith(clean(data))


@given(st.binary(max_size=300).map(lambda b: b.replace(b"\x01", b"\xff").replace(b"\x02", b"\0")))
def test_markers_are_where_a_plain_search_finds_them(data):
    plain = [
        n for n in range(len(data) - 1)
        if data[n] == 0xFF and data[n + 1] != 0 and not 0xD0 <= data[n + 1] <= 0xD7
    ]  # fmt: skip
    assert markers(np.frombuffer(data, np.uint8)).tolist() == plain


def test_a_marker_across_two_blocks_is_found():
    from renkei.deid.tiles import BLOCK

    data = np.zeros(BLOCK * 2 + 5, np.uint8)
    data[BLOCK - 1 : BLOCK + 1] = 0xFF, 0xFE
    assert markers(data).tolist() == [BLOCK - 1]
