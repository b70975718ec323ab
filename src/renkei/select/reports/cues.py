"""The words shared by both languages' rules."""

from dataclasses import dataclass
from typing import Literal

Polarity = Literal["present", "absent", "uncertain", "historic"]


@dataclass(frozen=True, slots=True)
class Term:
    """Where a finding is named in a sentence; `state` as in the vocabulary."""

    start: int
    end: int
    state: bool = False


@dataclass(frozen=True, slots=True)
class Cue:
    """What a sentence says of a finding, and the words that say so."""

    polarity: Polarity
    start: int
    end: int
