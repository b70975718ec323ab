"""One-time codes of six digits that an authenticator app shows (RFC 6238, HMAC-SHA-1, 30 s)."""

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode

DIGITS = 6
SECONDS = 30
SEED_BYTES = 20
# One step to either side, for clocks that differ.
DRIFT = 1
ISSUER = "Renkei"


def new_seed() -> bytes:
    """Return a seed of the length that RFC 4226 recommends."""
    return secrets.token_bytes(SEED_BYTES)


def seed_text(seed: bytes) -> str:
    """Return a seed as authenticator apps take it: base32."""
    return base64.b32encode(seed).decode()


def code_at(seed: bytes, seconds: float) -> str:
    """Return the code of a moment, in seconds since 1970."""
    return _code(seed, int(seconds // SECONDS))


def step_of(seed: bytes, code: str, seconds: float, *, after: int = -1) -> int | None:
    """Return the time step that a code belongs to; None when it fits no step later than `after`.

    Whoever keeps the step and asks for a later one next time accepts no code twice.
    """
    now = int(seconds // SECONDS)
    for step in range(now - DRIFT, now + DRIFT + 1):
        if step > after and hmac.compare_digest(_code(seed, step), code):
            return step
    return None


def address_of(seed: bytes, account: str) -> str:
    """Return the `otpauth:` address that authenticator apps read."""
    query = urlencode({"secret": seed_text(seed), "issuer": ISSUER})
    return f"otpauth://totp/{quote(f'{ISSUER}:{account}')}?{query}"


def _code(seed: bytes, step: int) -> str:
    mac = hmac.new(seed, step.to_bytes(8, "big"), hashlib.sha1).digest()
    at = mac[-1] & 15
    number = int.from_bytes(mac[at : at + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)
