"""Crypt4GH bodies, headers and key files."""

import base64
import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from renkei.proof.crypt4gh import (
    HEADER_BYTES,
    SEALED_SEGMENT,
    SEGMENT,
    BodyRefusedError,
    HeaderRefusedError,
    KeyRefusedError,
    body_size,
    decrypt_body,
    decrypt_range,
    encrypt_body,
    encrypt_stream,
    fingerprint,
    format_public_key,
    make_header,
    new_data_key,
    new_key_pair,
    open_header,
    parse_public_key,
    plain_size,
    public_of,
    read_private_key,
    write_private_key,
)
from renkei.proof.keyfile import KeyExistsError, KeyExposedError

PLAIN = hashlib.shake_256(b"plain").digest(3 * SEGMENT + 777)
KEY = new_data_key()
BODY = encrypt_body(PLAIN, KEY)
REFERENCE_PRIVATE = "MM3lyX0u26ihKFolcOxXJ+tb5Gg2qPr25vCTWmyGomE="
REFERENCE_FILE = (
    "Y3J5cHQ0Z2gBAAAAAQAAAGwAAAAAAAAAXIaPPKF+ZhOfRKAsGOg/i4dcD4z+ZSZ7uyTZ4jVUfBafRaHFMjOfbKK1"
    "ODvE+O2mQWmswyhYmL5VjK5DtzPs5hTdFQblL8hegnc512lZ31eWuM2teNUTzK/ea/HTvFXb0p/OhJEultORrCHN"
    "ZSU/OOgqb9JHuSzukZnrI51r5a21eqnwLAP8G6Bjs1iI"
)


@pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT])
def test_every_size_comes_back(size: int) -> None:
    body = encrypt_body(PLAIN[:size], KEY)
    assert len(body) == body_size(size)
    assert plain_size(len(body)) == size
    assert decrypt_body(body, KEY) == PLAIN[:size]


@settings(max_examples=60)
@given(st.integers(0, len(PLAIN)), st.integers(0, len(PLAIN)))
def test_any_range_equals_the_slice_and_reads_only_its_segments(a: int, b: int) -> None:
    start, stop = sorted((a, b))
    fetched = 0

    def read(begin: int, end: int) -> bytes:
        nonlocal fetched
        fetched += end - begin
        return BODY[begin:end]

    assert decrypt_range(read, KEY, start, stop, len(PLAIN)) == PLAIN[start:stop]
    assert fetched <= (stop - start) // SEGMENT * SEALED_SEGMENT + 2 * SEALED_SEGMENT


def test_a_range_outside_the_object_or_of_a_cut_body_is_refused() -> None:
    with pytest.raises(BodyRefusedError):
        decrypt_range(lambda a, b: BODY[a:b], KEY, 0, len(PLAIN) + 1, len(PLAIN))
    with pytest.raises(BodyRefusedError):
        decrypt_range(lambda a, b: BODY[a : b - 1], KEY, 0, 10, len(PLAIN))


@given(st.integers(0, len(BODY) * 8 - 1))
def test_any_flipped_bit_is_refused(bit: int) -> None:
    changed = bytearray(BODY)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BodyRefusedError):
        decrypt_body(bytes(changed), KEY)


def test_swapped_segments_pass_the_format_but_not_the_recorded_hash() -> None:
    swapped = (
        BODY[SEALED_SEGMENT : 2 * SEALED_SEGMENT]
        + BODY[:SEALED_SEGMENT]
        + BODY[2 * SEALED_SEGMENT :]
    )
    assert decrypt_body(swapped, KEY) != PLAIN
    with pytest.raises(BodyRefusedError):
        decrypt_body(swapped, KEY, cipher_sha256=hashlib.sha256(BODY).hexdigest())


@pytest.mark.parametrize("size", [1, 28])
def test_a_body_cut_inside_a_segment_has_no_plain_size(size: int) -> None:
    with pytest.raises(BodyRefusedError):
        plain_size(SEALED_SEGMENT + size)
    with pytest.raises(BodyRefusedError):
        decrypt_body(BODY[: SEALED_SEGMENT + size], KEY)


def test_a_stream_gives_the_hashes_of_both_sides() -> None:
    target = BytesIO()
    plain, body, size = encrypt_stream(BytesIO(PLAIN), target, KEY)
    assert (plain, size) == (hashlib.sha256(PLAIN).hexdigest(), len(PLAIN))
    assert body == hashlib.sha256(target.getvalue()).hexdigest()
    assert decrypt_body(target.getvalue(), KEY, cipher_sha256=body) == PLAIN


def test_only_the_recipient_opens_a_header() -> None:
    private, public = new_key_pair()
    header = make_header(KEY, public)
    assert len(header) == HEADER_BYTES
    assert open_header(header, private) == KEY
    with pytest.raises(HeaderRefusedError):
        open_header(header, new_key_pair()[0])


def test_a_header_with_any_changed_byte_is_refused() -> None:
    private, public = new_key_pair()
    header = make_header(KEY, public)
    for place in range(HEADER_BYTES):
        changed = bytearray(header)
        changed[place] ^= 0x01
        with pytest.raises(HeaderRefusedError):
            open_header(bytes(changed), private)


def test_a_file_written_by_the_reference_tool_is_opened() -> None:
    """Key pair, header and body made by the Python crypt4gh 1.8.6 tool."""
    private = base64.b64decode(REFERENCE_PRIVATE)
    sealed = base64.b64decode(REFERENCE_FILE)
    key = open_header(sealed[:HEADER_BYTES], private)
    assert decrypt_body(sealed[HEADER_BYTES:], key) == "連携 renkei".encode()


def test_key_files_come_back_and_are_for_their_owner_alone(tmp_path: Path) -> None:
    private, public = new_key_pair()
    path = tmp_path / "keys" / "licensee.key"
    write_private_key(path, private)
    assert path.stat().st_mode & 0o777 == 0o600
    assert public_of(read_private_key(path)) == public
    assert parse_public_key(format_public_key(public)) == public
    assert len(fingerprint(public)) == 64
    with pytest.raises(KeyExistsError):
        write_private_key(path, private)
    path.chmod(0o644)
    with pytest.raises(KeyExposedError):
        read_private_key(path)


@pytest.mark.parametrize("text", ["", "-----BEGIN CRYPT4GH PUBLIC KEY-----\n!!!\n"])
def test_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(KeyRefusedError):
        parse_public_key(text)
