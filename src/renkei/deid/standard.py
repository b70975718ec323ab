"""Table E.1-1 of DICOM PS3.15 as data, and where a rule set asks less than it."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydicom.datadict import tag_for_keyword

# What satisfies a letter: each may be answered by itself or by what tells less.
# E is a sequence that is entered, every element of its items under the same rules.
_ENOUGH = {"X": "X", "Z": "XZD", "D": "XZD", "U": "XZDUE", "C": "XZDCE", "K": "XZDUCKE"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a keyword, or a pattern such as `60XX3000` or `private`; letters by option code."""

    element: str
    basic: str
    options: Mapping[str, str]

    @property
    def tag(self) -> int | None:
        """Return the tag, or None for a pattern."""
        found = tag_for_keyword(self.element)
        return None if found is None else int(found)

    def asked(self, codes: Collection[str]) -> str:
        """Return the letters that hold under the claimed options; one that keeps goes first."""
        told = {letter for code, letter in self.options.items() if code in codes}
        return "K" if "K" in told else next(iter(told), self.basic)


@cache
def load_table() -> tuple[Row, ...]:
    """Return the rows of edition 2024b, by keyword."""
    text = (files("renkei.deid") / "profiles" / "e1_1_2024b.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    options: dict[str, dict[str, str]] = {}
    for code, letters in raw["options"].items():
        for letter, elements in letters.items():
            for element in elements:
                options.setdefault(element, {})[code] = letter
    return tuple(
        sorted(
            (
                Row(element, letters, options.get(element, {}))
                for letters, elements in raw["basic"].items()
                for element in elements
            ),
            key=lambda row: row.element,
        )
    )


def looser(codes: Collection[str], letters: Mapping[int, str]) -> Iterator[str]:
    """Yield the elements of the table for which these letters do less than it asks.

    `letters` names what is done by tag; what is not there is removed, as private elements and
    repeating groups are.
    """
    for row in load_table():
        done = "X" if row.tag is None else letters.get(row.tag, "X")
        # The star of X/Z/U* says that the U is of the UIDs in the items.
        asked = row.asked(codes).replace("*", "").split("/")
        if not any(done in _ENOUGH[letter] for letter in asked):
            yield row.element
