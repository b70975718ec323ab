"""NIfTI: voxels the same, words gone."""

import gzip
import struct

import numpy as np
from tests.deid.planted import SAMPLES

from renkei.deid import PseudonymKey, State
from renkei.deid.nifti import deidentify_nifti

KEY = PseudonymKey({1: bytes(range(32))})
CT = (SAMPLES / "ct_nifti" / "example_ct.nii.gz").read_bytes()


def planted() -> bytes:
    plain = bytearray(gzip.decompress(CT))
    plain[148:168] = b"Zdescrip-Yamadera   "
    plain[228:240] = b"Zaux90417723"
    plain[14:26] = b"Zdbname90417"
    start = int(struct.unpack_from("<f", plain, 108)[0])
    note = b"\x01\0\0\0" + struct.pack("<ii", 32, 6) + b"Zextension-Yamadera     "
    struct.pack_into("<f", plain, 108, start + 32)
    return bytes(plain[:348]) + note + bytes(plain[352:start]) + bytes(plain[start:]) + b"Ztrail"


def test_words_go_and_voxels_stay():
    source = planted()
    result = deidentify_nifti(gzip.compress(source, 1), KEY, patient="7")
    assert result.state is State.CLEAN
    clean = gzip.decompress(result.data)
    for word in (b"Zdescrip", b"Zaux", b"Zdbname", b"Zextension", b"Ztrail"):
        assert word in source
        assert word not in clean
    assert set(result.reasons) == {"extensions_dropped", "trailing_bytes_dropped"}
    original = gzip.decompress(CT)
    start = int(struct.unpack_from("<f", original, 108)[0])
    assert np.array_equal(
        np.frombuffer(clean[352:], np.uint8), np.frombuffer(original[start:], np.uint8)
    )
    assert clean[40:108] == original[40:108]
    assert clean[252:328] == original[252:328]


def test_the_archive_holds_no_name_and_no_time():
    data = deidentify_nifti(CT, KEY, patient="7").data
    assert data[3] == 0
    assert data[4:8] == bytes(4)
    assert data == deidentify_nifti(gzip.compress(gzip.decompress(CT), 1), KEY, patient="7").data


def test_a_broken_volume_is_held():
    assert deidentify_nifti(CT[:2000], KEY, patient="7").reasons == ("malformed",)
    assert deidentify_nifti(bytes(400), KEY, patient="7").reasons == ("not_nifti",)
    short = gzip.decompress(CT)[:5000]
    assert deidentify_nifti(short, KEY, patient="7").reasons == ("truncated",)
