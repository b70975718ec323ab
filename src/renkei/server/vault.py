"""Where bodies lie and the key over all keys: opened once per process."""

import base64
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from obstore.store import LocalStore, ObjectStore, from_url

from renkei.errors import DataRefusedError, PeerUnreachableError
from renkei.proof.keyfile import KeyExistsError, read_key_file, write_key_file
from renkei.settings import Settings

NONCE = 12
STORAGE_KEY = "storage.key"


class VaultNotOpenError(PeerUnreachableError):
    """Nobody has opened the object store in this process."""


class KeyDoesNotFitError(DataRefusedError):
    """A wrapped key does not open: the platform's key file is another one."""


@dataclass(frozen=True, slots=True, repr=False)
class Vault:
    """The object store and the platform's key."""

    objects: ObjectStore
    platform_key: bytes


def keys_folder(data: Path) -> Path:
    """Return the folder of keys, mode 0700; the embedded database opens the folders above its own.

    Without a folder of their own, keys would lie in one that everybody may enter.
    """
    folder = data / "keys"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    return folder


def open_vault(settings: Settings) -> Vault:
    """Open the object store; the first call makes the platform's key."""
    path = keys_folder(settings.data) / STORAGE_KEY
    with suppress(KeyExistsError):
        write_key_file(path, base64.b64encode(os.urandom(32)).decode() + "\n")
    key = base64.b64decode(read_key_file(path))
    if settings.objects is not None:
        objects: ObjectStore = from_url(settings.objects)
    else:
        objects = LocalStore(prefix=settings.data.absolute() / "objects", mkdir=True)
    vault = Vault(objects, key)
    use(vault)
    return vault


_current: Vault | None = None


def use(vault: Vault | None) -> None:
    """Make `vault` the one of this process."""
    global _current  # noqa: PLW0603  one process, one store
    _current = vault


def current() -> Vault:
    """Return the open vault.

    Raises:
        VaultNotOpenError: There is none.
    """
    if _current is None:
        raise VaultNotOpenError(
            "The object store is not open in this process; start it with 'renkei serve' or 'work'."
        )
    return _current


def wrap(key: bytes, under: bytes, *, owner: str) -> bytes:
    """Return `key` sealed under another, bound to the name of its owner."""
    nonce = os.urandom(NONCE)
    return nonce + ChaCha20Poly1305(under).encrypt(nonce, key, owner.encode())


def unwrap(wrapped: bytes, under: bytes, *, owner: str) -> bytes:
    """Return the key that `wrap` sealed for this owner.

    Raises:
        KeyDoesNotFitError: It was sealed under another key or for another owner.
    """
    try:
        return ChaCha20Poly1305(under).decrypt(wrapped[:NONCE], wrapped[NONCE:], owner.encode())
    except InvalidTag as error:
        raise KeyDoesNotFitError(
            "The key file does not fit this database; put the right one into place."
        ) from error
