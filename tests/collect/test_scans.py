"""One image in every encoding that the codecs know: the same facts, the same pixels."""

import io

import imagecodecs
import numpy as np
import pydicom
import pytest
import tifffile
from pydicom.encaps import encapsulate
from tests.collect.conftest import ct_slice

from renkei.collect.kinds import MalformedError
from renkei.collect.scans import read_dicom, read_slide
from renkei.errors import DataRefusedError

SOURCE = ct_slice(fill=700)
NATIVE = {
    "implicit": "1.2.840.10008.1.2",
    "explicit": "1.2.840.10008.1.2.1",
    "deflated": "1.2.840.10008.1.2.1.99",
    "big_endian": "1.2.840.10008.1.2.2",
}


def j2k(pixels, **more):
    return imagecodecs.jpeg2k_encode(pixels, reversible=True, level=0, codecformat="j2k", **more)


def rle(pixels):
    from pydicom.pixels.encoders import RLELosslessEncoder

    return RLELosslessEncoder.encode(
        pixels.tobytes(), rows=8, columns=8, samples_per_pixel=1, bits_allocated=16,
        bits_stored=16, photometric_interpretation="MONOCHROME2", number_of_frames=1,
        pixel_representation=0,
    )  # fmt: skip


COMPRESSED = {
    "1.2.840.10008.1.2.5": rle,
    "1.2.840.10008.1.2.4.57": imagecodecs.ljpeg_encode,
    "1.2.840.10008.1.2.4.70": imagecodecs.ljpeg_encode,
    "1.2.840.10008.1.2.4.80": lambda p: imagecodecs.jpegls_encode(p, level=0),
    "1.2.840.10008.1.2.4.81": lambda p: imagecodecs.jpegls_encode(p, level=0),
    "1.2.840.10008.1.2.4.90": j2k,
    "1.2.840.10008.1.2.4.91": j2k,
    "1.2.840.10008.1.2.4.110": lambda p: imagecodecs.jpegxl_encode(p, lossless=True),
    "1.2.840.10008.1.2.4.112": lambda p: imagecodecs.jpegxl_encode(p, lossless=True),
}


def native(syntax: str, data: bytes = SOURCE) -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(data))
    out = io.BytesIO()
    little = syntax != NATIVE["big_endian"]
    if not little:
        dataset.PixelData = np.frombuffer(dataset.PixelData, "<u2").astype(">u2").tobytes()
    dataset.file_meta.TransferSyntaxUID = syntax
    pydicom.dcmwrite(out, dataset, enforce_file_format=True)
    return out.getvalue()


def compressed(syntax: str, frames: int = 1) -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(SOURCE))
    pixels = np.frombuffer(dataset.PixelData, "<u2").reshape(8, 8)
    dataset.PixelData = encapsulate([bytes(COMPRESSED[syntax](pixels)) for _ in range(frames)])
    dataset["PixelData"].is_undefined_length = True
    if frames > 1:
        dataset.NumberOfFrames = frames
    # pydicom writes no syntax that it does not know: one of the same length stands in for it.
    stand_in = syntax if len(syntax) < 23 else "1.2.840.10008.1.2.4.201"
    dataset.file_meta.TransferSyntaxUID = stand_in
    out = io.BytesIO()
    pydicom.dcmwrite(out, dataset, enforce_file_format=True)
    return out.getvalue().replace(stand_in.encode(), syntax.encode())


@pytest.mark.parametrize("syntax", NATIVE.values(), ids=NATIVE)
def test_each_native_encoding_is_the_same_image(syntax):
    known, found = read_dicom(SOURCE), read_dicom(native(syntax))
    assert found.transfer_syntax == syntax
    assert (found.pixel_sha256, found.header_sha256) == (known.pixel_sha256, known.header_sha256)
    assert (found.patient_id, found.kernel) == ("P1", "Br38f")


@pytest.mark.parametrize("syntax", COMPRESSED)
def test_each_lossless_codec_is_the_same_image(syntax):
    known, found = read_dicom(SOURCE), read_dicom(compressed(syntax))
    assert (found.pixel_sha256, found.header_sha256) == (known.pixel_sha256, known.header_sha256)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.5"])
def test_frames_of_one_object_are_all_decoded(syntax):
    one, three = read_dicom(compressed(syntax)), read_dicom(compressed(syntax, frames=3))
    assert three.pixel_sha256 not in {None, one.pixel_sha256}


def test_an_unknown_encoding_is_refused():
    data = SOURCE.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.9.9.9\0")
    with pytest.raises(DataRefusedError):
        read_dicom(data)


def test_an_object_without_its_uids_is_refused():
    dataset = pydicom.dcmread(io.BytesIO(SOURCE))
    del dataset.SeriesInstanceUID
    out = io.BytesIO()
    dataset.save_as(out)
    with pytest.raises(MalformedError):
        read_dicom(out.getvalue())


@pytest.mark.parametrize("more", [{}, {"ome": True}, {"compression": "zlib"}])
def test_tiled_tiff_and_ome_tiff_are_slides(tmp_path, more):
    pixels = np.random.default_rng(0).integers(0, 255, (512, 768, 3), np.uint8)
    # A name of ours, whatever the format: it is told by its content.
    path = tmp_path / "slide.svs"
    tifffile.imwrite(path, pixels, tile=(256, 256), photometric="rgb", **more)
    facts = read_slide(str(path))
    assert (facts.width, facts.height) == (768, 512)


def test_a_tiff_in_strips_is_no_slide(tmp_path):
    path = tmp_path / "slide.svs"
    tifffile.imwrite(path, np.zeros((512, 512, 3), np.uint8), photometric="rgb")
    with pytest.raises(DataRefusedError):
        read_slide(str(path))
