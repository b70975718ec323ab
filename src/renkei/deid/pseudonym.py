"""Pseudonyms under one secret key per site: the same value gives the same answer, and none back."""

import base64
import hashlib
import hmac
import json
import secrets
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

from pydicom._uid_dict import UID_dictionary

from renkei.errors import DataRefusedError, NotFoundError
from renkei.proof.keyfile import read_key_file, write_key_file

FORMAT = "renkei.pseudonym-key/1"
KEY_BYTES = 32
WEEKS = 521  # ten years to either side


class NoSuchKeyError(NotFoundError):
    """There is no key file at that path."""


class BadKeyFileError(DataRefusedError):
    """The key file cannot be used."""


@dataclass(frozen=True, slots=True, repr=False)
class PseudonymKey:
    """A site's key: one secret per epoch, the highest epoch in use."""

    secrets: Mapping[int, bytes]

    @classmethod
    def new(cls) -> Self:
        """Draw a key of one epoch."""
        return cls({1: secrets.token_bytes(KEY_BYTES)})

    @property
    def epoch(self) -> int:
        """Return the epoch in which new pseudonyms are made."""
        return max(self.secrets)

    @property
    def secret(self) -> bytes:
        """Return the secret of the current epoch."""
        return self.secrets[self.epoch]

    @property
    def fingerprint(self) -> str:
        """Return 16 hex digits that name the current epoch's secret without showing it."""
        return hashlib.sha256(b"renkei.pseudonym-key\0" + self.secret).hexdigest()[:16]

    def at(self, epoch: int) -> "PseudonymKey":
        """Return the key as it was in an earlier epoch: old pseudonyms stay what they were."""
        if epoch not in self.secrets:
            raise BadKeyFileError(
                "The key file is older than the vault; use the newest copy of it."
            )
        return PseudonymKey({k: v for k, v in self.secrets.items() if k <= epoch})

    def next_epoch(self) -> "PseudonymKey":
        """Return the key with a new secret for new patients."""
        return PseudonymKey({**self.secrets, self.epoch + 1: secrets.token_bytes(KEY_BYTES)})

    def write(self, path: Path) -> None:
        """Write the key for its owner alone; an existing file is never overwritten."""
        held = {str(epoch): secret.hex() for epoch, secret in self.secrets.items()}
        write_key_file(path, json.dumps({"format": FORMAT, "secrets": held}))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a key file.

        Raises:
            NoSuchKeyError: There is no file.
            BadKeyFileError: It is no key.
            KeyExposedError: Others may read it.
        """
        try:
            raw = json.loads(read_key_file(path))
            held = {int(epoch): bytes.fromhex(value) for epoch, value in raw["secrets"].items()}
        except FileNotFoundError as error:
            raise NoSuchKeyError(
                "There is no key file; make one with 'renkei deid key'."
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadKeyFileError(
                "This file is no pseudonym key; name the one that 'renkei deid key' made."
            ) from error
        if raw.get("format") != FORMAT or {len(v) for v in held.values()} != {KEY_BYTES}:
            raise BadKeyFileError(
                "This file is no pseudonym key; name the one that 'renkei deid key' made."
            )
        return cls(held)


def normal_id(value: str) -> str:
    """Return an identifier as it is compared: NFKC, no blanks, upper case, no leading zeros."""
    text = unicodedata.normalize("NFKC", value).replace("\0", "")
    text = "".join(text.split()).upper()
    return text.lstrip("0") or text[-1:]


@lru_cache(maxsize=65536)
def _mac(secret: bytes, kind: str, value: str) -> bytes:
    return hmac.new(secret, f"{kind}|{value}".encode(), hashlib.sha256).digest()


def pseudonym(key: PseudonymKey, kind: str, value: str) -> str:
    """Return 16 base-32 characters (80 bits) for an identifier of one kind."""
    mac = _mac(key.secret, kind, normal_id(value))
    return base64.b32encode(mac[:10]).decode("ascii")


def name_file(key: PseudonymKey, content: bytes, suffix: str) -> str:
    """Return a file name that only the key and the clean content decide."""
    return pseudonym(key, "file", hashlib.sha256(content).hexdigest()) + suffix


def map_uid(key: PseudonymKey, uid: str) -> str:
    """Return `2.25.` and 128 bits for a UID; UIDs that the standard registers stay."""
    plain = uid.strip(" \0")
    # The list, not the prefix: an invented UID below the standard's root may carry anything.
    if not plain or plain in UID_dictionary:
        return plain
    return f"2.25.{int.from_bytes(_mac(key.secret, 'uid', plain)[:16], 'big')}"


def shift_days(key: PseudonymKey, patient: str) -> int:
    """Return this patient's shift in days: whole weeks within ten years, never 0."""
    number = int.from_bytes(_mac(key.secret, "shift", normal_id(patient))[:8], "big")
    weeks = number % (2 * WEEKS) - WEEKS
    return 7 * (weeks if weeks < 0 else weeks + 1)
