"""Canonical JSON: one structure, one spelling, one hash (RFC 8785 after Unicode NFC)."""

import hashlib
import unicodedata
from mmap import mmap
from typing import Any

import rfc8785

from renkei.errors import DataRefusedError


class NotCanonicalError(DataRefusedError):
    """The structure has no canonical form."""


def canonical(obj: object) -> bytes:
    """Return the RFC 8785 bytes of `obj`, its strings in NFC; dataclasses are not accepted.

    Raises:
        NotCanonicalError: NaN, an integer over 2^53-1, a foreign type, or two keys that are one.
    """
    try:
        encoded: bytes = rfc8785.dumps(_normal(obj))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise NotCanonicalError("Write large integers as text and leave out NaN.") from error
    return encoded


def digest(data: bytes | mmap) -> str:
    """Return SHA-256 as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def _normal(obj: object) -> Any:
    if isinstance(obj, str):
        return unicodedata.normalize("NFC", obj)
    if isinstance(obj, list | tuple):
        return [_normal(item) for item in obj]
    if isinstance(obj, dict):
        # が as one and as two code points must not become two keys that look alike.
        named = {_key(key): _normal(value) for key, value in obj.items()}
        if len(named) != len(obj):
            raise NotCanonicalError("Two keys are the same name in different spellings.")
        return named
    return obj


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise NotCanonicalError("Keys must be text.")
    return unicodedata.normalize("NFC", key)
