"""Questions that a class asks: the allowed answers in order, for the whole case or per slice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FEWEST, MOST = 2, 20


@dataclass(frozen=True, slots=True)
class Level:
    """One allowed answer."""

    key: str
    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is answered by one of `levels`; `ordered` ones rise, so that near answers count more."""

    levels: tuple[Level, ...]
    ordered: bool
    per_slice: bool

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the answers that may be given, in order."""
        return tuple(level.key for level in self.levels)


def parse_question(row: Mapping[str, Any]) -> Question:
    """Read the question of a term's table.

    Raises:
        ValueError: Too few or too many answers, or two of the same key.
    """
    levels = tuple(Level(str(one["key"]), one["ja"], one["en"]) for one in row["levels"])
    if not FEWEST <= len({level.key for level in levels}) == len(levels) <= MOST:
        raise ValueError(f"a question has {FEWEST} to {MOST} different answers")
    return Question(levels, bool(row.get("ordered", False)), bool(row.get("per_slice", False)))
