"""Walking a file: caps, broken structure."""

import io
import struct
import zlib

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

from renkei.errors import DataRefusedError
from renkei.imaging import walk as module
from renkei.imaging.walk import (
    EmptyFileError,
    FileTooLargeError,
    NotDicomError,
    TruncatedError,
    walk,
)


def encoded(dataset, syntax) -> bytes:
    out = io.BytesIO()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.save_as(
        out, enforce_file_format=True, implicit_vr=syntax.is_implicit_VR, little_endian=True
    )
    return out.getvalue()


def nested(depth: int) -> Dataset:
    inner = Dataset()
    inner.CodeValue = "1"
    for _ in range(depth):
        outer = Dataset()
        outer.ConceptNameCodeSequence = [inner]
        inner = outer
    return inner


def test_no_bytes_are_an_empty_file():
    with pytest.raises(EmptyFileError):
        walk(b"")


@pytest.mark.parametrize("data", [b"\x89PNG\r\n" + bytes(500), b"%PDF-1.7", b"\0" * 4096])
def test_a_renamed_file_is_not_dicom(data):
    with pytest.raises(NotDicomError):
        walk(data)


@given(st.floats(0.001, 0.999))
def test_a_file_cut_anywhere_is_refused_or_lacks_its_pixels(share):
    data = CUT
    try:
        layout = walk(data[: int(len(data) * share)])
    except DataRefusedError:
        return
    assert 0x7FE00010 not in layout.values


def test_values_lie_where_pydicom_finds_them(small_files):
    dataset = pydicom.dcmread(io.BytesIO(small_files[0]))
    for syntax in (ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian):
        layout = walk(encoded(dataset, syntax))
        assert layout.raw(0x7FE00010) == dataset.PixelData
        assert layout.text(0x0020000E) == dataset.SeriesInstanceUID


def test_a_sequence_of_any_length_is_stepped_over(small_files):
    dataset = pydicom.dcmread(io.BytesIO(small_files[0]))
    for undefined in (False, True):
        item = nested(5)
        dataset.ProcedureCodeSequence = [item, item]
        dataset["ProcedureCodeSequence"].is_undefined_length = undefined
        item.is_undefined_length_sequence_item = undefined
        layout = walk(encoded(dataset, dataset.file_meta.TransferSyntaxUID))
        assert layout.raw(0x7FE00010) == dataset.PixelData


def test_a_nesting_bomb_is_refused(small_files):
    head = small_files[0][: small_files[0].index(b"\x08\x00\x05\x00CS")]
    sequence = struct.pack("<HH2sHL", 0x0040, 0xA168, b"SQ", 0, 0xFFFFFFFF)
    item = struct.pack("<HHL", 0xFFFE, 0xE000, 0xFFFFFFFF)
    with pytest.raises(NotDicomError):
        walk(head + (sequence + item) * 5000)


def test_a_deflate_bomb_is_refused_before_it_grows(small_files, monkeypatch):
    monkeypatch.setattr(module, "MAX_BYTES", 1 << 20)
    dataset = pydicom.dcmread(io.BytesIO(small_files[0]))
    deflated = encoded(dataset, DeflatedExplicitVRLittleEndian)
    start = walk(deflated).start
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    bomb = engine.compress(bytes(64 << 20)) + engine.flush()
    with pytest.raises(FileTooLargeError):
        walk(deflated[:start] + bomb)
    with pytest.raises(TruncatedError):
        walk(deflated[:start] + b"\xff" * 100)


def _cut_file() -> bytes:
    from tests.imaging.conftest import small_volume

    from renkei.imaging.made import write_ct_series

    return write_ct_series(small_volume(1), {"PatientID": "P"})[0]


CUT = _cut_file()
