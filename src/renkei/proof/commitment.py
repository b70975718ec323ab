"""Salted commitments: what a ledger may hold of a record without telling anything of it."""

import hashlib
import secrets

from renkei.errors import DataRefusedError
from renkei.proof.jcs import canonical

DOMAIN = b"renkei/commit/v1\x00"
SALT_BYTES = 32


class ShortSaltError(DataRefusedError):
    """A salt has the wrong length."""


def new_salt() -> bytes:
    """Draw 32 random bytes; deleting them unties the commitment from its record for good."""
    return secrets.token_bytes(SALT_BYTES)


def commit(payload: object, salt: bytes) -> str:
    """Return SHA-256("renkei/commit/v1" ‖ 00 ‖ salt ‖ canonical payload) as hex."""
    if len(salt) != SALT_BYTES:
        raise ShortSaltError("A salt has 32 bytes.")
    return hashlib.sha256(DOMAIN + salt + canonical(payload)).hexdigest()
