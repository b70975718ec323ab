"""Frames of stored objects."""

from pathlib import Path

import numpy as np
import pytest
from tests.dicomweb.conftest import small_ct

from renkei.dicomweb.attributes import placed
from renkei.dicomweb.frames import Stored, frame_parts, metadata
from renkei.dicomweb.render import NoSuchFrameError
from renkei.imaging.dicom import decode_pixels
from renkei.imaging.made import write_ct_series

JPEG2000 = Path("samples/ct_dicom/slice_01.dcm").read_bytes()


def test_a_compressed_frame_is_the_stored_codestream_or_its_values():
    stored = Stored(JPEG2000, "/here")
    (kept,) = frame_parts(stored, [1], decoded=False)
    (plain,) = frame_parts(stored, [1], decoded=True)
    assert kept.content_type.startswith("image/jp2; ")
    assert kept.data in JPEG2000
    assert plain.location == "/here/frames/1"
    values = np.frombuffer(plain.data, "<u2").reshape(512, 512)
    assert np.array_equal(values, decode_pixels(JPEG2000)[0])


@pytest.mark.parametrize("numbers", [[0], [2], [], [1, 2]])
def test_a_frame_that_is_not_there_is_refused(numbers):
    with pytest.raises(NoSuchFrameError):
        frame_parts(Stored(JPEG2000, ""), numbers, decoded=False)


def test_an_alias_takes_the_place_of_the_patient():
    data = write_ct_series(small_ct(1), {"PatientID": "P-1", "PatientName": "P-1"})[0]
    (found,) = metadata([data])
    open_, blind = placed(found, "/x"), placed(found, "/x", "CASE-1")
    assert open_["7FE00010"]["BulkDataURI"] == blind["7FE00010"]["BulkDataURI"] == "/x/frames"
    assert open_["00100020"]["Value"] == ["P-1"]
    assert "P-1" not in str(blind)
    assert blind["00100020"]["Value"] == ["CASE-1"]
