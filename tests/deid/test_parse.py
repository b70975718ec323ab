"""The reader of outside bytes: one typed refusal, never a crash, never a loop."""

import io
import struct
import zlib
from contextlib import suppress
from itertools import pairwise

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.deid.planted import SAMPLES

from renkei.deid import PseudonymKey, State, deidentify, load_profile
from renkei.deid import parse as reader
from renkei.deid.parse import MAX_DEPTH, MalformedError, parse
from renkei.deid.residual import scan

MR = (SAMPLES / "mr_dicom" / "brain_002.dcm").read_bytes()
CT = (SAMPLES / "ct_dicom" / "slice_01.dcm").read_bytes()
HEAD = bytes(128) + b"DICM"
IMPLICIT = b"\x02\0\x10\0UI\x12\x001.2.840.10008.1.2\0"
EXPLICIT = b"\x02\0\x10\0UI\x14\x001.2.840.10008.1.2.1\0"
PROFILE, KEY = load_profile(), PseudonymKey({1: bytes(range(32))})
DEFLATED = b"\x02\0\x10\0UI\x16\x001.2.840.10008.1.2.1.99"


def _implicit(ds: pydicom.Dataset) -> bytes:
    buffer = io.BytesIO()
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"
    pydicom.dcmwrite(buffer, ds, implicit_vr=True, little_endian=True)
    return buffer.getvalue()


IMPLICIT_MR = _implicit(pydicom.dcmread(io.BytesIO(MR)))


@settings(max_examples=300, deadline=1000)
@given(data=st.data(), base=st.sampled_from([MR[:4000], CT[:6000]]))
def test_a_changed_file_is_read_or_refused(data, base):
    changed = bytearray(base)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(132, len(changed) - 1))
        changed[at] = data.draw(st.integers(0, 255))
    with suppress(MalformedError):
        parse(bytes(changed))


@settings(max_examples=200, deadline=1000)
@given(tail=st.binary(max_size=400))
def test_any_bytes_after_the_meta_are_read_or_refused(tail):
    with suppress(MalformedError):
        parse(HEAD + EXPLICIT + tail)


@settings(max_examples=150, deadline=2000)
@given(data=st.data(), base=st.sampled_from([MR, CT, IMPLICIT_MR]))
def test_a_lying_length_or_a_cut_is_cleaned_or_held_with_one_reason(data, base):
    changed = bytearray(base)
    at = data.draw(st.integers(132, 6000))
    length = data.draw(st.sampled_from([0, 1, 0xFFFE, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF]))
    struct.pack_into("<I", changed, at, length)
    if data.draw(st.booleans()):
        del changed[data.draw(st.integers(132, len(changed))) :]
    result = deidentify(bytes(changed), PROFILE, KEY)
    assert (result.data is None) == (result.state is State.HELD)
    assert result.state is State.CLEAN or len(result.reasons) >= 1


@settings(max_examples=100, deadline=2000)
@given(depth=st.integers(1, 400), implicit=st.booleans(), closed=st.booleans())
def test_any_depth_is_read_or_refused(depth, implicit, closed):
    kind = b"" if implicit else b"SQ\0\0"
    opened = b"\x08\0\x15\x11" + kind + b"\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff"
    ends = b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0" * depth if closed else b""
    data = HEAD + (IMPLICIT if implicit else EXPLICIT) + opened * depth + ends
    if closed and depth <= MAX_DEPTH:
        assert len(parse(data).elements) == 1
        return
    with pytest.raises(MalformedError) as caught:
        parse(data)
    assert caught.value.facts["reason"] in {"too_deep", "malformed", "truncated"}


def test_every_element_begins_after_the_one_before():
    for data in (MR, CT, IMPLICIT_MR):
        found = parse(data)
        assert len(found.starts) == len(found.elements) + 1
        assert all(a < b for a, b in pairwise(found.starts))


def test_a_value_too_long_for_its_vr_holds_the_file():
    ds = pydicom.dcmread(io.BytesIO(MR))
    long = "\\".join(["1.5"] * 30_000)
    raw = b"\x18\0\x50\0" + struct.pack("<I", len(long) + 1) + long.encode() + b" "
    del ds[0x00180050]
    data = _implicit(ds)
    at = data.index(b"\x18\0\x80\0")
    result = deidentify(data[:at] + raw + data[at:], PROFILE, KEY)
    assert (result.state, result.reasons) == (State.HELD, ("value_too_long",))


def test_nesting_has_a_limit():
    item = b"\x08\0\x15\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff"
    with pytest.raises(MalformedError) as caught:
        parse(HEAD + EXPLICIT + item * (MAX_DEPTH + 2))
    assert caught.value.facts["reason"] == "too_deep"


def test_elements_out_of_order_are_refused():
    one = b"\x10\0\x20\0LO\x02\0A "
    with pytest.raises(MalformedError) as caught:
        parse(HEAD + EXPLICIT + one + one)
    assert caught.value.facts["reason"] == "out_of_order"


def test_deflated_data_is_read():
    packer = zlib.compressobj(wbits=-15)
    body = packer.compress(b"\x10\0\x20\0LO\x04\0ABCD") + packer.flush()
    assert parse(HEAD + DEFLATED + body).elements[0].value == b"ABCD"


def test_big_endian_is_refused():
    syntax = b"\x02\0\x10\0UI\x14\x001.2.840.10008.1.2.2\0"
    with pytest.raises(MalformedError) as caught:
        parse(HEAD + syntax)
    assert caught.value.facts["reason"] == "transfer_syntax"


def test_the_scan_finds_an_identifier_in_each_encoding():
    from renkei.deid import known

    who = known(names=["山寺^太郎左"], numbers=["0090417723"])
    for codec in ("utf-8", "utf-16-le", "utf-16-be", "cp932", "euc_jp", "iso2022_jp"):
        assert scan(b"xx" + "頭部 山寺 様".encode(codec) + b"yy", who) >= 1, codec
    assert scan(b"id 90417723 ", who) == 1
    assert scan(b"id 0000090417723 ", who) == 2
    assert scan(b"id 1904177231 ", who) == 0


@pytest.mark.parametrize("most", [20, 21])
def test_plain_elements_are_counted_too(monkeypatch, most):
    flat = b"".join(struct.pack("<HH2sH", 0x0011, 0x1000 + n, b"LO", 0) for n in range(21))
    monkeypatch.setattr(reader, "MAX_ELEMENTS", most)
    if most == 21:
        assert len(parse(HEAD + EXPLICIT + flat).elements) == 21
        return
    with pytest.raises(MalformedError) as caught:
        parse(HEAD + EXPLICIT + flat)
    assert caught.value.facts["reason"] == "too_many_elements"
