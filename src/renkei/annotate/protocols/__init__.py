"""Protocols of the double-check: how many read a case, blinded or not, and who decides."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from renkei.annotate.vocabulary import Kind
from renkei.errors import DataRefusedError, NotFoundError

FOLDER = Path(__file__).parent
MOST_READERS = 8


class NoSuchProtocolError(NotFoundError):
    """No protocol of that name is installed."""


class ProtocolRefusedError(DataRefusedError):
    """A protocol contradicts itself."""


class Disputes(StrEnum):
    """What becomes of what readers see differently; with one reader there is nothing."""

    NONE = "none"
    ADJUDICATED = "adjudicated"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Protocol:
    """How a case is read; an expert who drew nothing of it always signs.

    All read blinded. With a `second_round` each then reads again seeing the others.
    `default_for` are the kinds of label that it is proposed for.
    """

    name: str
    ja: str
    en: str
    readers: int
    disputes: Disputes
    second_round: bool = False
    default_for: frozenset[Kind] = frozenset()

    @property
    def adjudicated(self) -> bool:
        """Tell whether a third person decides what is disputed."""
        return self.disputes is Disputes.ADJUDICATED

    def to_json(self) -> dict[str, Any]:
        """Return every field as JSON values."""
        return {**asdict(self), "default_for": sorted(self.default_for)}


@cache
def protocols() -> tuple[Protocol, ...]:
    """Return every installed protocol, the fewest readers first."""
    read = (parse_protocol(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml")))
    return tuple(sorted(read, key=lambda one: (one.readers, one.name)))


def load_protocol(name: str) -> Protocol:
    """Return an installed protocol.

    Raises:
        NoSuchProtocolError: It is not installed.
    """
    for one in protocols():
        if one.name == name:
            return one
    names = ", ".join(one.name for one in protocols())
    raise NoSuchProtocolError(f"There is no such protocol; there are: {names}.")


def default_protocol(kinds: Iterable[Kind]) -> Protocol:
    """Return the protocol for labels of these kinds: that with the most readers counts."""
    asked = frozenset(kinds)
    return max(
        (one for one in protocols() if one.default_for & asked),
        key=lambda one: one.readers,
        default=protocols()[0],
    )


def parse_protocol(text: str) -> Protocol:
    """Read a protocol from TOML.

    Raises:
        ProtocolRefusedError: A field is missing, unknown or wrong.
    """
    try:
        row: Mapping[str, Any] = tomllib.loads(text)
        kinds = frozenset(Kind(kind) for kind in row.get("default_for", ()))
        found = Protocol(**{**row, "disputes": Disputes(row["disputes"]), "default_for": kinds})
    except (KeyError, TypeError, ValueError) as error:
        raise ProtocolRefusedError(f"The protocol is malformed: {error}.") from error
    if not 1 <= found.readers <= MOST_READERS:
        raise ProtocolRefusedError(f"A protocol has 1 to {MOST_READERS} readers.")
    if (found.readers == 1) != (found.disputes is Disputes.NONE):
        raise ProtocolRefusedError("One reader disputes nothing; several need a rule for it.")
    if found.second_round and found.adjudicated:
        raise ProtocolRefusedError("A second round is read where nobody decides.")
    return found
