"""The fast reader says what the full parse says."""

import pydicom
import pytest
from tests.imaging.test_dicom import rewritten

from renkei.imaging.dicom import NoPixelsError, pixels_of
from renkei.imaging.slices import KEYWORDS, read_slice


def test_the_named_elements_are_those_of_the_full_parse(ct_files, mr_files, small_files):
    for source in (ct_files[0], mr_files[0]):
        full = pydicom.dcmread(source)
        fast = read_slice(source)
        for keyword in KEYWORDS:
            assert fast.header.get(keyword) == full.get(keyword), keyword
        assert (fast.pixels() == pixels_of(full)).all()


def test_an_object_without_a_picture_is_refused(small_files):
    with pytest.raises(NoPixelsError):
        read_slice(rewritten(small_files[0], Rows=None))


def test_an_object_of_several_frames_is_no_slice(small_files):
    two = rewritten(small_files[0], NumberOfFrames=2, PixelData=bytes(480))
    with pytest.raises(NoPixelsError):
        read_slice(two).pixels()
