"""Words burned into pictures are found in any window and frame, covered, and not found again."""

import io

import numpy as np
import pydicom
import pytest
from pydicom.encaps import generate_frames
from tests.deid.pictures import SAMPLES, clip, ct, write

from renkei.deid import PseudonymKey, State, deidentify, load_profile
from renkei.deid.mask import Box, Cover
from renkei.deid.ocr import Word, look, merge, read_words
from renkei.deid.project import MixedSizesError, project
from renkei.deid.recode import encode_frame
from renkei.imaging.dicom import decode_pixels
from renkei.imaging.pixels import Shape

KEY, PROFILE = PseudonymKey.new(), load_profile()
JPEG2000 = "1.2.840.10008.1.2.4.90"


def covers(word, place, text):
    """Tell whether a found box holds the whole of a text drawn at a place."""
    x, y = place
    wide = sum(16 if ord(c) > 0x2000 else 8 for c in text)
    box = word.box
    return box.left <= x + 4 and box.top <= y + 4 and box.bottom >= y + 14 and (
        box.right >= x + wide - 8
    )  # fmt: skip


def clean(datas, cover):
    results = [deidentify(data, PROFILE, KEY, cover=cover) for data in datas]
    assert {r.state for r in results} == {State.CLEAN}
    return results


@pytest.fixture(scope="module")
def scan():
    """Return three native slices, each with other words in another window, and what was seen."""
    words = [((8, 6), "山寺 太郎左"), ((110, 236), "ID 90417723"), ((8, 236), "YAMADERA")]
    values = (3000, 240, -700)
    datas = [
        ct(n, [word], hu=hu) for n, word, hu in zip((8, 9, 10), words, values, strict=True)
    ]  # fmt: skip
    return words, datas, look(datas)


def test_words_in_any_window_of_any_slice_are_found(scan):
    words, _, seen = scan
    for place, text in words:
        assert any(covers(word, place, text) for word in seen.words), text


def test_after_covering_nothing_is_found_and_the_rest_is_untouched(scan):
    _, datas, seen = scan
    cover = Cover(256, 256, tuple(word.box for word in seen.words))
    results = clean(datas, cover)
    assert look([r.data for r in results]).words == ()
    where = np.zeros((256, 256), dtype=bool)
    for box in cover.text:
        where[box.top : box.bottom, box.left : box.right] = True
    assert where.mean() < 0.2
    for data, result in zip(datas, results, strict=True):
        before, after = decode_pixels(data)[0], decode_pixels(result.data)[0]
        assert np.array_equal(before[~where], after[~where])


def test_words_that_stand_in_some_frames_of_a_compressed_clip_are_covered_in_all():
    grey = (pydicom.dcmread(SAMPLES / "mr_dicom" / "brain_008.dcm").pixel_array >> 2).clip(0, 200)
    grey = grey.astype("u1")
    grey[:40] = 0
    pages = [
        grey,
        write(grey, [((20, 12), "見本 花子")], value=255),
        grey // 2,
        write(grey, [((120, 12), "1952/03/18")], value=255),
    ]
    shape = Shape(256, 256, 4, 1, 8, 8, signed=False, high=7)
    streams = [encode_frame(page, shape, JPEG2000, "MONOCHROME2") for page in pages]
    data = clip(streams, JPEG2000)
    seen = look([data])
    for place, text in (((20, 12), "見本 花子"), ((120, 12), "1952/03/18")):
        assert any(covers(word, place, text) for word in seen.words), text
    (result,) = clean([data], Cover(256, 256, tuple(word.box for word in seen.words)))
    assert look([result.data]).words == ()
    plain = deidentify(data, PROFILE, KEY, accept_pixels=True)
    before, after = (
        list(generate_frames(pydicom.dcmread(io.BytesIO(r.data)).PixelData, number_of_frames=4))
        for r in (plain, result)
    )
    same = [a == b for a, b in zip(before, after, strict=True)]
    assert same == [True, False, True, False]


def test_a_clean_picture_has_no_words():
    picture = project([(SAMPLES / "mr_dicom" / "brain_008.dcm").read_bytes()])[0]
    assert read_words(picture) == []


def test_pictures_of_two_sizes_are_not_laid_over_each_other():
    with pytest.raises(MixedSizesError):
        project([(SAMPLES / "mr_dicom" / "brain_008.dcm").read_bytes(), ct_512()])


def ct_512():
    return (SAMPLES / "ct_dicom" / "slice_08.dcm").read_bytes()


def test_a_word_seen_twice_is_one_box_around_both():
    one, two = Word(Box(0, 0, 10, 10), "l", 0.4), Word(Box(1, 1, 12, 10), "I", 0.9)
    other = Word(Box(50, 0, 60, 10), "x", 0.5)
    assert merge([one, other, two]) == (Word(Box(0, 0, 12, 10), "I", 0.9), other)
