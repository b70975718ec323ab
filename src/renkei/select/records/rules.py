"""Rules of a table, written as data in TOML beside it."""

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from renkei.errors import DataRefusedError

SCHEMA = "renkei.table/1"
SUFFIX = ".rules.toml"


class BadRulesError(DataRefusedError):
    """The rules of a table cannot be read."""


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A range for some: of one sex, or from `least_age` to below `below_age`."""

    range: tuple[float, float]
    sex: str | None = None
    least_age: float | None = None
    below_age: float | None = None


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a column must hold; `unit` is what its numbers are in, `missing_max` a share.

    `unit_column` names the column that says the unit of each row.
    """

    name: str
    type: Literal["text", "integer", "number", "date"] = "text"
    unit: str | None = None
    unit_column: str | None = None
    range: tuple[float, float] | None = None
    bands: tuple[Band, ...] = ()
    pattern: str | None = None
    allowed: tuple[str, ...] = ()
    code: Literal["ICD-10", "LOINC"] | None = None
    unique: bool = False
    missing_max: float = 1.0


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two columns of dates, or of numbers, of which `first` is never after `then`."""

    first: str
    then: str


class Join(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column whose values all occur in a column of another table of the same folder."""

    column: str
    table: str
    to: str


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All rules of one table; `missing_by` names the column of sites."""

    schema: str
    column: tuple[Column, ...] = ()
    order: tuple[Order, ...] = ()
    join: tuple[Join, ...] = ()
    sex: str | None = None
    age: str | None = None
    missing_by: str | None = None
    missing: tuple[str, ...] = ("", "NA", "NaN", "null", "不明")


def parse_rules(text: str) -> Rules:
    """Read rules from TOML.

    Raises:
        BadRulesError: A key is missing, unknown or of the wrong type; the sentence names it.
    """
    try:
        rules = msgspec.convert(tomllib.loads(text), Rules)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadRulesError(f"The rules of the table cannot be read: {error}.") from error
    if rules.schema != SCHEMA:
        raise BadRulesError(f"Rules of a table start with schema = {SCHEMA!r}.")
    return rules


def rules_beside(table: Path) -> Rules | None:
    """Return the rules that lie beside a table: lung.rules.toml for lung.csv; None without."""
    path = table.with_name(table.stem + SUFFIX)
    return parse_rules(path.read_text("utf-8")) if path.is_file() else None
