"""Reading outside files: refusals, facts, and pixels whatever their encoding."""

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEGLSLossless,
    RLELossless,
)
from tests.imaging.test_walk import encoded

from renkei.errors import DataRefusedError
from renkei.imaging.dicom import (
    EmptyFileError,
    NoPixelsError,
    NotDicomError,
    TruncatedError,
    UndecodableError,
    decode_pixels,
    instance_facts,
    pixel_sha256,
    read_header,
    read_object,
)


def rewritten(data: bytes, **changes) -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(data))
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("spoil", "refusal"),
    [
        (lambda data: b"", EmptyFileError),
        (lambda data: b"PK\x03\x04" + data, NotDicomError),
        (lambda data: data[:-100], TruncatedError),
        (lambda data: data[: len(data) - 300], TruncatedError),
        (lambda data: rewritten(data, Rows=0), NoPixelsError),
        (lambda data: rewritten(data, PixelData=b""), NoPixelsError),
        (lambda data: rewritten(data, Rows=9000), TruncatedError),
        (lambda data: rewritten(data, BitsAllocated=13), UndecodableError),
    ],
)
def test_a_spoiled_file_is_refused_by_name(small_files, spoil, refusal):
    with pytest.raises(refusal) as caught:
        pixel_sha256(spoil(small_files[0]))
    assert "P1" not in caught.value.sentence
    assert caught.value.exit_code == 3


def test_the_sample_ct_has_lost_its_identifiers(ct_files):
    facts = [instance_facts(read_header(path, with_pixels=False)) for path in ct_files]
    assert {f.sop_uid for f in facts} == {""}
    assert {f.series_uid for f in facts} == {""}
    assert {f.patient_id for f in facts} == {""}
    assert len({pixel_sha256(path) for path in ct_files}) == 20


def test_zeros_after_the_data_set_change_nothing(mr_files):
    padded = mr_files[0].read_bytes()
    assert len(padded) > 2_600_000
    plain = padded[:-2_490_368]
    assert read_object(padded) == read_object(plain)
    assert pixel_sha256(padded) == pixel_sha256(plain)


def test_every_lossless_encoding_has_one_pixel_hash(ct_files):
    dataset = pydicom.dcmread(ct_files[0])
    known = pixel_sha256(ct_files[0])
    dataset.decompress()
    found = {}
    for syntax in (ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian):
        found[syntax.name] = pixel_sha256(encoded(dataset, syntax))
    for syntax in (RLELossless, JPEGLSLossless):
        again = pydicom.dcmread(ct_files[0])
        again.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        again.SOPInstanceUID = "1.2.3"
        again.decompress()
        again.compress(syntax, generate_instance_uid=False)
        out = io.BytesIO()
        again.save_as(out)
        found[syntax.name] = pixel_sha256(out.getvalue())
    assert found == dict.fromkeys(found, known)


def test_big_endian_has_the_same_pixels_as_little(small_files):
    little = get_testdata_file("MR_small.dcm", download=False)
    big = get_testdata_file("MR_small_bigendian.dcm", download=False)
    assert pydicom.dcmread(big).file_meta.TransferSyntaxUID == ExplicitVRBigEndian
    pixels = [decode_pixels(Path(path)) for path in (little, big)]
    assert np.array_equal(*pixels)


@pytest.mark.parametrize(
    "name",
    [
        "MR_small_RLE.dcm",
        "MR_small_jpeg_ls_lossless.dcm",
        "MR_small_jp2klossless.dcm",
        "SC_rgb_rle_2frame.dcm",
        "JPEG2000.dcm",
        "image_dfl.dcm",
        "SC_rgb_small_odd.dcm",
    ],
)
def test_foreign_files_decode_as_pydicom_decodes_them(name):
    path = get_testdata_file(name, download=False)
    if path is None:
        pytest.skip(f"{name} is not in this pydicom")
    dataset = pydicom.dcmread(path)
    from pydicom.pixels import pixel_array

    wanted = pixel_array(dataset, raw=True)
    found = decode_pixels(Path(path))
    assert np.array_equal(np.squeeze(found), np.squeeze(wanted))


def test_a_file_with_bits_flipped_never_breaks_the_reader(ct_files):
    data = bytearray(ct_files[0].read_bytes())
    random = np.random.default_rng(0)
    for _ in range(60):
        spoiled = bytearray(data)
        for at in random.integers(132, len(data), 20):
            spoiled[at] ^= 1 << int(random.integers(8))
        try:
            pixel_sha256(bytes(spoiled))
        except DataRefusedError:
            continue
