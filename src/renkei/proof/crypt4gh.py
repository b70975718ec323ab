"""Crypt4GH: the one container of storage, IPFS and delivery (GA4GH Crypt4GH 1.0).

A body is a row of segments, nonce 12 + 65,536 + tag 16 bytes; a header holds the data key for one
recipient. The format itself accepts swapped, doubled and cut-off segments: whoever reads a whole
body compares its SHA-256 with the recorded one (`cipher_sha256`).
"""

import base64
import binascii
import hashlib
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from renkei.errors import DataRefusedError
from renkei.proof.keyfile import read_key_file, write_key_file

MAGIC = b"crypt4gh"
SEGMENT = 65_536
NONCE, TAG, KEY = 12, 16, 32
SEALED_SEGMENT = NONCE + SEGMENT + TAG
HEADER_BYTES = 124
PACKET_BYTES = 108
_KEY_MAGIC = b"c4gh-v1"
_NO_CIPHER = b"\x00\x04none"


class BodyRefusedError(DataRefusedError):
    """An encrypted body cannot be opened."""


class HeaderRefusedError(DataRefusedError):
    """A Crypt4GH header is malformed or for somebody else."""


class KeyRefusedError(DataRefusedError):
    """A key file is not a Crypt4GH key."""


def new_data_key() -> bytes:
    """Draw the random key of one body; keys that must be erasable are never derived."""
    return os.urandom(KEY)


def body_size(plain_size: int) -> int:
    """Return the bytes of the body of `plain_size` bytes."""
    return plain_size + -(-plain_size // SEGMENT) * (NONCE + TAG)


def plain_size(body: int) -> int:
    """Return the plain bytes of a body of `body` bytes.

    Raises:
        BodyRefusedError: No body has that size.
    """
    full, rest = divmod(body, SEALED_SEGMENT)
    if 0 < rest <= NONCE + TAG:
        raise BodyRefusedError("The encrypted body is cut off; download it again.")
    return full * SEGMENT + max(0, rest - NONCE - TAG)


def encrypt_body(plain: bytes, key: bytes) -> bytes:
    """Return the segments of `plain`; nothing gives an empty body."""
    cipher = ChaCha20Poly1305(key)
    view = memoryview(plain)
    parts: list[bytes] = []
    for start in range(0, len(plain), SEGMENT):
        nonce = os.urandom(NONCE)
        parts += (nonce, cipher.encrypt(nonce, view[start : start + SEGMENT], None))
    return b"".join(parts)


def encrypt_stream(source: BinaryIO, target: BinaryIO, key: bytes) -> tuple[str, str, int]:
    """Encrypt a file into another; return plain SHA-256, body SHA-256 and plain size."""
    plain, body, size = hashlib.sha256(), hashlib.sha256(), 0
    while chunk := source.read(SEGMENT * 64):
        sealed = encrypt_body(chunk, key)
        plain.update(chunk)
        body.update(sealed)
        size += len(chunk)
        target.write(sealed)
    return plain.hexdigest(), body.hexdigest(), size


def decrypt_body(body: bytes, key: bytes, *, cipher_sha256: str | None = None) -> bytes:
    """Return the plain bytes of a whole body.

    Raises:
        BodyRefusedError: The key does not fit, a bit is wrong, or the hash is another.
    """
    if cipher_sha256 is not None and hashlib.sha256(body).hexdigest() != cipher_sha256:
        raise BodyRefusedError("The encrypted body is not the recorded one; download it again.")
    view = memoryview(body)
    return b"".join(
        _open_segment(view[start : start + SEALED_SEGMENT], key)
        for start in range(0, len(body), SEALED_SEGMENT)
    )


def decrypt_range(
    read: Callable[[int, int], bytes], key: bytes, start: int, stop: int, size: int
) -> bytes:
    """Return plain bytes `start` to `stop` of `size`, fetching only the segments that cover them.

    `read(start, stop)` returns bytes of the body.

    Raises:
        BodyRefusedError: The range is none of this body, or a segment does not open.
    """
    if not 0 <= start <= stop <= size:
        raise BodyRefusedError("The byte range lies outside the object.")
    if start == stop:
        return b""
    first, last = start // SEGMENT, (stop - 1) // SEGMENT
    begin = first * SEALED_SEGMENT
    end = min((last + 1) * SEALED_SEGMENT, body_size(size))
    body = read(begin, end)
    if len(body) != end - begin:
        raise BodyRefusedError("The encrypted body is cut off; download it again.")
    plain = decrypt_body(body, key)
    return plain[start - first * SEGMENT : stop - first * SEGMENT]


def make_header(data_key: bytes, recipient_public: bytes) -> bytes:
    """Return the 124 bytes that give one X25519 public key the data key."""
    writer = X25519PrivateKey.generate()
    writer_public = writer.public_key().public_bytes_raw()
    shared = _shared(writer, recipient_public, recipient_public, writer_public)
    nonce = os.urandom(NONCE)
    payload = struct.pack("<II", 0, 0) + data_key
    sealed = ChaCha20Poly1305(shared).encrypt(nonce, payload, None)
    packet = struct.pack("<II", PACKET_BYTES, 0) + writer_public + nonce + sealed
    return MAGIC + struct.pack("<II", 1, 1) + packet


def open_header(header: bytes, private_key: bytes) -> bytes:
    """Return the data key of a header with one recipient.

    Raises:
        HeaderRefusedError: It is malformed, for another key, or with an edit list.
    """
    if len(header) != HEADER_BYTES or header[:16] != MAGIC + struct.pack("<II", 1, 1):
        raise HeaderRefusedError(
            "This is no Crypt4GH header with one recipient; ask for the key again."
        )
    packet = header[16:]
    if packet[:8] != struct.pack("<II", PACKET_BYTES, 0):
        raise HeaderRefusedError("The header's encryption method is unknown.")
    writer_public, nonce, sealed = packet[8:40], packet[40:52], packet[52:]
    private = X25519PrivateKey.from_private_bytes(private_key)
    own_public = private.public_key().public_bytes_raw()
    try:
        shared = _shared(private, writer_public, own_public, writer_public)
        payload = ChaCha20Poly1305(shared).decrypt(nonce, sealed, None)
    except (InvalidTag, ValueError) as error:
        raise HeaderRefusedError(
            "The header was written for another key; use the key of the licence."
        ) from error
    if payload[:8] != struct.pack("<II", 0, 0):
        raise HeaderRefusedError("The header holds no plain data key.")
    return payload[8:]


def _shared(own: X25519PrivateKey, peer: bytes, reader: bytes, writer: bytes) -> bytes:
    exchanged = own.exchange(X25519PublicKey.from_public_bytes(peer))
    return hashlib.blake2b(exchanged + reader + writer).digest()[:KEY]


def _open_segment(segment: memoryview, key: bytes) -> bytes:
    if len(segment) <= NONCE + TAG:
        raise BodyRefusedError("The encrypted body is cut off; download it again.")
    try:
        return ChaCha20Poly1305(key).decrypt(bytes(segment[:NONCE]), segment[NONCE:], None)
    except InvalidTag as error:
        raise BodyRefusedError("The body was changed, or the key is another's.") from error


def new_key_pair() -> tuple[bytes, bytes]:
    """Return a private and a public X25519 key, 32 bytes each."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def public_of(private_key: bytes) -> bytes:
    """Return the public half."""
    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def fingerprint(public_key: bytes) -> str:
    """Return the SHA-256 by which contracts name a public key."""
    return hashlib.sha256(public_key).hexdigest()


def write_private_key(path: Path, private_key: bytes) -> None:
    """Write a key file without a passphrase, mode 0600, as the crypt4gh tools read it."""
    raw = _KEY_MAGIC + _NO_CIPHER * 2 + struct.pack(">H", KEY) + private_key
    write_key_file(path, _pem("PRIVATE", raw))


def read_private_key(path: Path) -> bytes:
    """Return the key of a file without a passphrase."""
    raw = _from_pem("PRIVATE", read_key_file(path))
    head = _KEY_MAGIC + _NO_CIPHER * 2 + struct.pack(">H", KEY)
    if not raw.startswith(head) or len(raw) < len(head) + KEY:
        raise KeyRefusedError(
            "Only Crypt4GH key files without a passphrase are read here; remove it first."
        )
    return raw[len(head) : len(head) + KEY]


def format_public_key(public_key: bytes) -> str:
    """Return the text that a licensee hands over."""
    return _pem("PUBLIC", public_key)


def parse_public_key(text: str) -> bytes:
    """Return the 32 bytes of a public key's text."""
    raw = _from_pem("PUBLIC", text)
    if len(raw) != KEY:
        raise KeyRefusedError("A Crypt4GH public key has 32 bytes.")
    return raw


def _pem(kind: str, raw: bytes) -> str:
    body = base64.b64encode(raw).decode()
    return f"-----BEGIN CRYPT4GH {kind} KEY-----\n{body}\n-----END CRYPT4GH {kind} KEY-----\n"


def _from_pem(kind: str, text: str) -> bytes:
    lines = text.split()
    head, tail = f"BEGIN CRYPT4GH {kind} KEY".split(), f"END CRYPT4GH {kind} KEY".split()
    words = " ".join(lines).replace("-----", " ").split()
    if words[:4] != head or words[-4:] != tail or len(words) != 9:
        raise KeyRefusedError("This is not the text of a Crypt4GH key; paste the whole file.")
    try:
        return base64.b64decode(words[4], validate=True)
    except binascii.Error as error:
        raise KeyRefusedError(
            "This is not the text of a Crypt4GH key; paste the whole file."
        ) from error
