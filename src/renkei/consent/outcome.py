"""What a recall does to each kind of product: remove, or keep by a rule with its source."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType


class Result(StrEnum):
    """What becomes of a product."""

    REMOVE = "remove"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one kind of product, by which rule, and where that is written."""

    result: Result
    rule: str
    why: str
    source: str


# What no rule names is removed: keeping needs a reason.
DEFAULT = Outcome(Result.REMOVE, "R0", "No rule keeps it.", "")


def _read() -> Mapping[str, Outcome]:
    table = tomllib.loads(files("renkei.consent").joinpath("recall.toml").read_text("utf-8"))
    found = {
        effect: Outcome(Result(row["result"]), rule, row["why"], row["source"])
        for rule, row in table.items()
        if isinstance(row, dict)
        for effect in row["effects"]
    }
    return MappingProxyType(found)


OUTCOMES: Mapping[str, Outcome] = _read()


def outcome_of(folder: str, what: str) -> Outcome:
    """Return what a recall does to what a folder reports."""
    return OUTCOMES.get(f"{folder}.{what}", DEFAULT)
