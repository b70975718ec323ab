"""Strict reading of JSON that came from outside: caps, no double keys, no unknown fields."""

import json
import re
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from renkei.errors import DataRefusedError, TooLargeError

T = TypeVar("T")
LARGEST_INTEGER = 2**53 - 1
HEX64 = re.compile(r"[0-9a-f]{64}")


class MalformedError(DataRefusedError):
    """A document does not have the form that its format asks for."""


class OversizedError(TooLargeError):
    """A document is larger than its format allows."""


def parse_json(data: bytes, *, limit: int) -> object:
    """Return the value of a JSON document of at most `limit` bytes.

    Raises:
        OversizedError: It is longer.
        MalformedError: It is no JSON, has a double key, a NaN or is nested too deeply.
    """
    if len(data) > limit:
        raise OversizedError("The document is too long.", limit=limit)
    try:
        return json.loads(data, object_pairs_hook=_object, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedError("The document is not valid JSON; download it again.") from error


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _constant(_name: str) -> object:
    raise ValueError


class Fields:
    """The fields of one JSON object, each read once, by type; `done` refuses the rest."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise MalformedError(f"{where} must be an object.")
        self._left = dict(value)
        self._where = where

    def _take(self, name: str) -> object:
        if name not in self._left:
            raise MalformedError(f"{self._where}: the field {name} is missing.")
        return self._left.pop(name)

    def _bad(self, name: str, wanted: str) -> MalformedError:
        return MalformedError(f"{self._where}: the field {name} must be {wanted}.")

    def text(self, name: str, *, limit: int = 200, pattern: re.Pattern[str] | None = None) -> str:
        """Read text of 1 to `limit` characters."""
        value = self._take(name)
        if not isinstance(value, str) or not 0 < len(value) <= limit:
            raise self._bad(name, f"text of 1 to {limit} characters")
        if pattern is not None and not pattern.fullmatch(value):
            raise self._bad(name, "of the documented form")
        return value

    def hash(self, name: str) -> str:
        """Read 64 lower-case hex digits."""
        return self.text(name, limit=64, pattern=HEX64)

    def uuid(self, name: str) -> UUID:
        """Read a UUID."""
        try:
            return UUID(self.text(name, limit=36))
        except ValueError as error:
            raise self._bad(name, "a UUID") from error

    def choice(self, name: str, allowed: frozenset[str]) -> str:
        """Read one of some words."""
        value = self._take(name)
        if not isinstance(value, str) or value not in allowed:
            raise self._bad(name, f"one of {', '.join(sorted(allowed))}")
        return value

    def integer(self, name: str, *, least: int = 0, most: int = LARGEST_INTEGER) -> int:
        """Read an integer within bounds."""
        value = self._take(name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self._bad(name, f"an integer from {least} to {most}")
        return value

    def flag(self, name: str) -> bool:
        """Read true or false."""
        value = self._take(name)
        if not isinstance(value, bool):
            raise self._bad(name, "true or false")
        return value

    def optional(self, name: str, read: Callable[[str], T]) -> T | None:
        """Read a field that may be null or missing."""
        if self._left.get(name) is None:
            self._left.pop(name, None)
            return None
        return read(name)

    def items(self, name: str, read: Callable[[object], T], *, limit: int) -> tuple[T, ...]:
        """Read a list of at most `limit` members."""
        value = self._take(name)
        if not isinstance(value, list):
            raise self._bad(name, "a list")
        if len(value) > limit:
            raise OversizedError(f"{self._where}: {name} has too many members.", limit=limit)
        return tuple(read(item) for item in value)

    def anything(self, name: str) -> object:
        """Take a field as it is; the caller reads it."""
        return self._take(name)

    def done(self) -> None:
        """Refuse fields that nobody read: a misspelt one would be lost in silence."""
        if self._left:
            raise MalformedError(f"{self._where}: {len(self._left)} unknown fields.")


def is_text(value: object, *, limit: int = 200) -> str:
    """Return a member of a list that is text.

    Raises:
        MalformedError: It is not.
    """
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        raise MalformedError("A list holds something that is not short text.")
    return value


def is_hash(value: object) -> str:
    """Return a member of a list that is 64 hex digits.

    Raises:
        MalformedError: It is not.
    """
    found = is_text(value, limit=64)
    if not HEX64.fullmatch(found):
        raise MalformedError("A list holds something that is not a SHA-256.")
    return found
