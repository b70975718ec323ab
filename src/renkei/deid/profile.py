"""The rules as data: which element may stay, where, in which VR, and what happens to it."""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from pydicom.datadict import tag_for_keyword

from renkei.deid.iod import FRAME_GROUPS, SHARED_GROUPS, load_iods
from renkei.deid.private import Block, load_private
from renkei.deid.standard import looser
from renkei.errors import DataRefusedError, NotFoundError
from renkei.proof import canonical, digest

FORMAT = "renkei.profile/2"
SAFE_PRIVATE = "113111"
_NOTHING: Mapping[int, "Rule"] = {}


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
    """A versioned rule set; `sha256` covers all of its data, not its layout.

    `rules` are those of the data set itself, `items` those of the items of a sequence; `of` gives
    what holds for one SOP class. `listed` are all rules, wherever they hold; `private` is what may
    stay of private blocks in the data set itself.
    """

    name: str
    version: int
    edition: str
    codes: tuple[str, ...]
    coding_schemes: frozenset[str]
    sop_classes: frozenset[str]
    documents: frozenset[str]
    removed_concepts: frozenset[str]
    age_concepts: frozenset[str]
    rules: Mapping[int, Rule]
    items: Mapping[int, Mapping[int, Rule]]
    listed: Mapping[int, Rule]
    private: tuple[Block, ...]
    sha256: str
    _by_class: dict[str, "Profile"] = field(default_factory=dict, compare=False, repr=False)

    def of(self, sop_class: str) -> "Profile":
        """Return the rules without those of elements that no module of the class holds."""
        found = self._by_class.get(sop_class)
        if found is None:
            iods = load_iods()
            groups = _picked(self.rules, iods.groups[sop_class])
            found = self._by_class[sop_class] = replace(
                self,
                rules=_picked(self.rules, iods.elements[sop_class]),
                items={**self.items, SHARED_GROUPS: groups, FRAME_GROUPS: groups},
                private=tuple(b for b in self.private if sop_class in b.classes),
                _by_class={},
            )
        return found

    def inside(self, sequence: int) -> Mapping[int, Rule]:
        """Return the rules of the items of a sequence."""
        return self.items.get(sequence, _NOTHING)

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


def parse_profile(text: str) -> Profile:
    """Build a rule set from TOML.

    Raises:
        BadProfileError: An element is unknown or listed twice, the format is another, or less is
            done than PS3.15 Table E.1-1 asks under the options that are claimed.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadProfileError(f"The profile is not valid TOML: {error}.") from error
    if raw.get("format") != FORMAT:
        raise BadProfileError(f"A profile must say format = {FORMAT!r}.")
    rules = _rules(raw)
    iods = load_iods()
    classes = frozenset(raw["sop_classes"])
    if classes - iods.elements.keys():
        raise BadProfileError("The profile names a SOP class whose modules are not known.")
    letters = {tag: _letter(rule) for tag, rule in rules.items()}
    if loose := sorted(looser(raw["codes"], letters)):
        raise BadProfileError(f"Table E.1-1 asks more for {', '.join(loose)}.")
    private, private_hash = load_private()
    return Profile(
        name=raw["name"],
        version=raw["version"],
        edition=raw["edition"],
        codes=tuple(raw["codes"]),
        coding_schemes=frozenset(raw["coding_schemes"]),
        sop_classes=classes,
        documents=frozenset(raw["documents"]),
        removed_concepts=frozenset(raw["concepts"]["remove"]),
        age_concepts=frozenset(raw["concepts"]["age"]),
        rules=rules,
        items={tag: _picked(rules, held) for tag, held in iods.items.items()},
        listed=rules,
        private=private if SAFE_PRIVATE in raw["codes"] else (),
        sha256=digest(canonical({"profile": raw, "iod": iods.sha256, "private": private_hash})),
    )


def _rules(raw: Mapping[str, Any]) -> dict[int, Rule]:
    rules: dict[int, Rule] = {}
    for action in Action:
        for vrs, keywords in raw.get(action.value, {}).items():
            for keyword in keywords:
                tag = tag_for_keyword(keyword)
                if tag is None or int(tag) in rules:
                    raise BadProfileError(f"{keyword} is unknown or listed twice.")
                rules[int(tag)] = Rule(action, tuple(vrs.split("|")))
    return rules


def _letter(rule: Rule) -> str:
    """Return the action in the letters of the table; E is a sequence that is entered."""
    return "E" if rule.action is Action.KEEP and rule.vrs == ("SQ",) else rule.action.value


def _picked(rules: Mapping[int, Rule], tags: Collection[int]) -> Mapping[int, Rule]:
    return {tag: rules[tag] for tag in tags if tag in rules}
