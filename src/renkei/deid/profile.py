"""The rules as data: which element may stay, in which VR, and what happens to it."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydicom.datadict import tag_for_keyword

from renkei.errors import DataRefusedError, NotFoundError
from renkei.proof import canonical, digest

FORMAT = "renkei.profile/1"


class NoSuchProfileError(NotFoundError):
    """No profile has that name."""


class BadProfileError(DataRefusedError):
    """The rule file contradicts itself or names an element that does not exist."""


class Action(StrEnum):
    """What happens to an element, in the letters of PS3.15 Table E.1-1."""

    KEEP = "K"
    CLEAN = "C"
    UID = "U"
    ZERO = "Z"
    DUMMY = "D"
    REMOVE = "X"


@dataclass(frozen=True, slots=True)
class Rule:
    """One element's rule; `vrs` holds the VRs that may pass."""

    action: Action
    vrs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """A versioned rule set; `sha256` covers its content, not its layout."""

    name: str
    version: int
    edition: str
    codes: tuple[str, ...]
    coding_schemes: frozenset[str]
    sop_classes: frozenset[str]
    rules: Mapping[int, Rule]
    sha256: str

    @property
    def label(self) -> str:
        """Return what (0012,0063) says: name, version and the first half of the hash."""
        return f"renkei {self.name}/{self.version} {self.edition} {self.sha256[:32]}"


@cache
def load_profile(name: str = "basic") -> Profile:
    """Return a rule set of the package by name.

    Raises:
        NoSuchProfileError: There is none of that name.
    """
    path = files("renkei.deid") / "profiles" / f"{name}.toml"
    if not re.fullmatch(r"[a-z0-9_-]+", name) or not path.is_file():
        raise NoSuchProfileError("There is no profile of that name; try 'basic'.")
    return parse_profile(path.read_text("utf-8"))


def read_profile(path: Path) -> Profile:
    """Return the rule set in a file of the hospital's own."""
    return parse_profile(path.read_text("utf-8"))


def parse_profile(text: str) -> Profile:
    """Build a rule set from TOML.

    Raises:
        BadProfileError: An element is unknown, listed twice, or the format is another.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadProfileError(f"The profile is not valid TOML: {error}.") from error
    if raw.get("format") != FORMAT:
        raise BadProfileError(f"A profile must say format = {FORMAT!r}.")
    rules: dict[int, Rule] = {}
    for action in Action:
        for vrs, keywords in raw.get(action.value, {}).items():
            for keyword in keywords:
                tag = tag_for_keyword(keyword)
                if tag is None or int(tag) in rules:
                    raise BadProfileError(f"{keyword} is unknown or listed twice.")
                rules[int(tag)] = Rule(action, tuple(vrs.split("|")))
    return Profile(
        name=raw["name"],
        version=raw["version"],
        edition=raw["edition"],
        codes=tuple(raw["codes"]),
        coding_schemes=frozenset(raw["coding_schemes"]),
        sop_classes=frozenset(raw["sop_classes"]),
        rules=rules,
        sha256=digest(canonical(raw)),
    )
