"""What the columns of a hospital's tables are: types, units, code systems, and which cells fit."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

import msgspec

from renkei.errors import DataRefusedError
from renkei.proof import canonical, digest
from renkei.subjects.timeline import Lane

# PS3.16 and FHIR write units in UCUM: printable ASCII without blanks.
_UNIT = re.compile(r"[!-~]{1,40}")
_NUMBER = re.compile(r"([<>≦≧≤≥]=?)?\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)")
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")
_VERHOEFF = (
    "0123456789", "1576283094", "5803796142", "8916043527",
    "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


class ColumnType(StrEnum):
    """How the cells of a column are read; `ignored` ones are kept as text and tell of nothing."""

    SUBJECT = "subject"
    DATE = "date"
    NUMBER = "number"
    CODE = "code"
    TEXT = "text"
    IGNORED = "ignored"


class CodeSystem(StrEnum):
    """The code systems whose form is checked; meanings are looked up nowhere."""

    ICD10 = "icd10"
    JLAC10 = "jlac10"
    YJ = "yj"
    HOT = "hot"
    LOINC = "loinc"
    SNOMED = "snomed"


class Fault(StrEnum):
    """Why a cell does not fit its column."""

    NO_NUMBER = "no_number"
    NO_DATE = "no_date"
    NO_CODE = "no_code"
    EMPTY = "empty"


class ColumnsRefusedError(DataRefusedError):
    """The mapping does not fit the table, or contradicts itself."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `unit` in UCUM for numbers, `system` for codes, `lane` where it tells of events.

    A `required` cell must not be empty.
    """

    name: str
    type: ColumnType = ColumnType.TEXT
    unit: str | None = None
    system: CodeSystem | None = None
    lane: Lane | None = None
    required: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """A cell that does not fit; `row` counts from 1 below the header."""

    row: int
    column: str
    value: str
    fault: Fault


FORMS: Mapping[CodeSystem, re.Pattern[str]] = MappingProxyType(
    {
        CodeSystem.ICD10: re.compile(r"[A-Z]\d[0-9A-Z](?:\.?[0-9A-Z]{1,4})?"),
        CodeSystem.JLAC10: re.compile(r"\d[A-Z]\d{3}-?\d{4}-?\d{3}-?\d{3}-?\d{2}"),
        CodeSystem.YJ: re.compile(r"\d{7}[A-Z]\d{4}"),
        CodeSystem.HOT: re.compile(r"\d{7}|\d{9}|\d{13}"),
        CodeSystem.LOINC: re.compile(r"\d{1,7}-\d"),
        CodeSystem.SNOMED: re.compile(r"[1-9]\d{5,17}"),
    }
)


def layout_of(site_id: UUID, header: Sequence[str]) -> str:
    """Return the name that a hospital's header is kept under."""
    return digest(canonical([str(site_id), *header]))


def read_columns(stored: Sequence[Mapping[str, object]]) -> list[Column]:
    """Return the columns of a saved mapping."""
    return msgspec.convert(list(stored), list[Column])


def check_columns(columns: Sequence[Column], header: Sequence[str]) -> None:
    """Refuse a mapping that is not of this table.

    Raises:
        ColumnsRefusedError: Other columns, two days, a unit of no number, a code of no system.
    """
    if [column.name for column in columns] != list(header):
        raise ColumnsRefusedError("The mapping names other columns than the table has.")
    if sum(column.type is ColumnType.DATE and column.lane is None for column in columns) > 1:
        raise ColumnsRefusedError("Only one column can be the day of the row.")
    for column in columns:
        if column.unit is not None and (
            column.type is not ColumnType.NUMBER or not _UNIT.fullmatch(column.unit)
        ):
            raise ColumnsRefusedError("A unit is of a number and written in UCUM, such as mg/dL.")
        if (column.system is not None) != (column.type is ColumnType.CODE):
            raise ColumnsRefusedError("A column of codes names its code system, no other does.")


def check_rows(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[Problem]:
    """Return the cells that do not fit their columns, row by row."""
    return [
        Problem(n, column.name, value, fault)
        for n, row in enumerate(rows, start=1)
        for column, value in zip(columns, row, strict=True)
        if (fault := fault_of(column, value)) is not None
    ]


def fault_of(column: Column, value: str) -> Fault | None:
    """Return why a cell does not fit its column, or None."""
    plain = plain_text(value)
    if not plain:
        return Fault.EMPTY if column.required else None
    if column.type is ColumnType.NUMBER and not _NUMBER.fullmatch(plain):
        return Fault.NO_NUMBER
    if column.type is ColumnType.DATE and day_of(plain) is None:
        return Fault.NO_DATE
    if column.type is ColumnType.CODE and column.system is not None:
        return None if is_code(column.system, plain) else Fault.NO_CODE
    return None


def plain_text(value: str) -> str:
    """Return a cell as it is read: full-width letters and blanks around it do not count."""
    return unicodedata.normalize("NFKC", value).strip()


def day_of(value: str) -> date | None:
    """Return the day that a cell names, without or with a time behind it."""
    head = plain_text(value).replace("T", " ").split(" ", 1)[0]
    for form in _DAYS:
        try:
            return datetime.strptime(head, form).date()  # noqa: DTZ007  a day has no zone
        except ValueError:
            continue
    return None


def is_code(system: CodeSystem, value: str) -> bool:
    """Tell whether a text has the form of a code, with its check digit where the system has one."""
    if not FORMS[system].fullmatch(value):
        return False
    if system is CodeSystem.LOINC:
        digits, check = value.split("-")
        return _luhn(digits) == int(check)
    return _verhoeff(value) if system is CodeSystem.SNOMED else True


def _luhn(digits: str) -> int:
    total = 0
    for n, letter in enumerate(reversed(digits)):
        twice = int(letter) * (2 if n % 2 == 0 else 1)
        total += twice - 9 if twice > 9 else twice
    return -total % 10


def _verhoeff(digits: str) -> bool:
    """Tell whether the last digit is right (dihedral group D5, SNOMED CT TIG 5.5)."""
    found = 0
    for n, letter in enumerate(reversed(digits)):
        found = _product(found, int(_VERHOEFF[n % 8][int(letter)]))
    return found == 0


def _product(a: int, b: int) -> int:
    turn = (a + b) % 5 if a < 5 else (a - b) % 5
    return turn if (a < 5) == (b < 5) else turn + 5


def guess(header: Sequence[str], rows: Sequence[Sequence[str]], pseudonym: str) -> list[Column]:
    """Propose a type per column by its cells; a person decides."""
    found = []
    for name, cells in zip(header, zip(*rows, strict=True), strict=True):
        plain = [text for cell in cells if (text := plain_text(cell))]
        kind = ColumnType.TEXT
        if plain and set(plain) == {pseudonym}:
            kind = ColumnType.SUBJECT
        elif plain and all(day_of(text) for text in plain):
            kind = ColumnType.DATE
        elif plain and all(_NUMBER.fullmatch(text) for text in plain):
            kind = ColumnType.NUMBER
        found.append(Column(name, kind))
    return found
