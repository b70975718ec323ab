"""Secrets that are shown once: made here, kept only as a hash."""

import hashlib
import secrets

TOKEN_PREFIX = "rk_"  # noqa: S105  it lets a leak scanner recognise our tokens


def new_secret(prefix: str = "") -> str:
    """Return a secret of 256 bits that may stand in a header or a link."""
    return prefix + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """Return the SHA-256 that is kept; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
