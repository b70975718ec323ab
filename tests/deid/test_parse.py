"""The reader of outside bytes: one typed refusal, never a crash, never a loop."""

import zlib
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.deid.planted import SAMPLES

from renkei.deid.parse import MAX_DEPTH, MalformedError, parse
from renkei.deid.residual import scan

MR = (SAMPLES / "mr_dicom" / "brain_002.dcm").read_bytes()
CT = (SAMPLES / "ct_dicom" / "slice_01.dcm").read_bytes()
HEAD = bytes(128) + b"DICM"
EXPLICIT = b"\x02\0\x10\0UI\x14\x001.2.840.10008.1.2.1\0"
DEFLATED = b"\x02\0\x10\0UI\x16\x001.2.840.10008.1.2.1.99"


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
