"""Names that buyers see: derived with a version's own random key, so that sets cannot be joined."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from uuid import UUID

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
KEY_BYTES = 32
NAME_DIGITS = 16


def new_key() -> str:
    """Return 32 random bytes as hex."""
    return secrets.token_hex(KEY_BYTES)


def released_name(id_key: str, prefix: str, row_id: UUID) -> str:
    """Return `sub-…` or `case-…`: 64 bits of the HMAC of the row under the version's key."""
    return f"{prefix}-{keyed_hash(id_key, f'{prefix} {row_id}')[:NAME_DIGITS]}"


def keyed_hash(id_key: str, text: str) -> str:
    """Return the HMAC-SHA-256 of a text under the version's key, as hex."""
    return hmac.digest(bytes.fromhex(id_key), text.encode(), hashlib.sha256).hex()


def site_letters(sites: Iterable[UUID], known: Mapping[UUID, str]) -> dict[UUID, str]:
    """Return a letter per hospital; one that a version before gave stays."""
    letters = dict(known)
    free = (
        one + two
        for one in ("", *LETTERS)
        for two in LETTERS
        if one + two not in set(known.values())
    )
    for site in sorted(set(sites) - known.keys()):
        letters[site] = next(free)
    return letters
