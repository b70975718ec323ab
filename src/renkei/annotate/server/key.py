"""Keys derived from the platform's key, so that they are never files: to sign, to draw lots."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from renkei.proof.note import SigningKey
from renkei.server import vault

NAME = "renkei-labels"
PURPOSE = b"renkei label signatures, version 1"
LOTS = b"renkei arms and hidden cases, version 1"


def signing_key() -> SigningKey:
    """Return the platform's key for label signatures.

    Raises:
        VaultNotOpenError: The platform's key file is not open.
    """
    return SigningKey(NAME, _derived(PURPOSE))


def lot_key() -> bytes:
    """Return the key by which arms and hidden cases are drawn.

    Raises:
        VaultNotOpenError: The platform's key file is not open.
    """
    return _derived(LOTS)


def _derived(purpose: bytes) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose)
    return derived.derive(vault.current().platform_key)
