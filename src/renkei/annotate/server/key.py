"""The key that signs labels: derived from the platform's key, so that it is never a file."""

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from renkei.proof.note import SigningKey
from renkei.server import vault

NAME = "renkei-labels"
PURPOSE = b"renkei label signatures, version 1"


def signing_key() -> SigningKey:
    """Return the platform's key for label signatures.

    Raises:
        VaultNotOpenError: The platform's key file is not open.
    """
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
    return SigningKey(NAME, derived.derive(vault.current().platform_key))
