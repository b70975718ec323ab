"""Passwords: argon2id, computed off the event loop."""

import asyncio
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from renkei.errors import UsageError
from renkei.people.secret import new_secret

SHORTEST = 12
LONGEST = 256
_HASHER = PasswordHash.recommended()


class WeakPasswordError(UsageError):
    """The password is too short or too long."""


async def hash_password(password: str) -> str:
    """Return the argon2id hash.

    Raises:
        WeakPasswordError: Under 12 or over 256 characters.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPasswordError("A password needs 12 to 256 characters.")
    return await asyncio.to_thread(_HASHER.hash, password)


async def password_fits(password: str, hashed: str | None) -> bool:
    """Tell whether the password is the one; takes as long when there is none to compare."""
    try:
        fits = await asyncio.to_thread(_HASHER.verify, password[:LONGEST], hashed or _nobody())
    except UnknownHashError:
        return False
    return fits and hashed is not None


@cache
def _nobody() -> str:
    """Return a hash that nothing fits, so that an unknown address takes as long as a known one."""
    return _HASHER.hash(new_secret())
