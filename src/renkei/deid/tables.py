"""Clinical tables: pseudonyms for IDs, dates moved with their patient, other columns by name."""

import csv
import io
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from renkei.deid.dates import BadDateError, shift_text
from renkei.deid.identifiers import Identifiers, known
from renkei.deid.pseudonym import PseudonymKey, name_file, pseudonym, shift_days
from renkei.deid.residual import scan
from renkei.deid.result import Kind, Result, State, held
from renkei.deid.text import clean_text
from renkei.errors import DataRefusedError

MAX_ROWS = 5_000_000
AGE_CAP = 90
_NUMBER = re.compile(r"[<>≦≧]?\s?[+-]?\d{1,15}(?:\.\d+)?(?:[eE][+-]?\d+)?%?")
_FIELDS = ("keep", "dates", "ages", "names", "births", "drop")


class BadMappingError(DataRefusedError):
    """The column mapping does not fit the table."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column is what; a column that stands nowhere is dropped and counted.

    `names` and `births` are never written: they say what to search for in the row's other cells.
    """

    id: str
    keep: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    ages: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    births: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()


def parse_mapping(text: str) -> Mapping:
    """Read a mapping: `id = "患者ID"` and lists of column names.

    Raises:
        BadMappingError: A name is unknown, or the ID column is missing.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadMappingError(f"The mapping is not valid TOML: {error}.") from error
    if not isinstance(raw.get("id"), str) or set(raw) - {"id", *_FIELDS}:
        raise BadMappingError(f"A mapping has 'id' and lists called {', '.join(_FIELDS)}.")
    return Mapping(id=raw["id"], **{name: frozenset(raw.get(name, [])) for name in _FIELDS})


def read_table(data: bytes) -> tuple[list[str], list[dict[str, str]]]:
    """Return header and rows of a CSV in UTF-8 (with or without BOM) or cp932.

    Raises:
        BadMappingError: It is in neither, has no header, or rows of other lengths.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("cp932")
        except UnicodeDecodeError as error:
            raise BadMappingError(
                "The table is neither UTF-8 nor cp932; save it as UTF-8.", reason="encoding"
            ) from error
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        header = [name.strip() for name in reader.fieldnames or []]
        reader.fieldnames = header
        rows: list[dict[str, str]] = []
        for row in reader:
            if None in row or None in row.values() or len(rows) >= MAX_ROWS:
                raise BadMappingError(
                    "A row has another length than the header; save the table again.",
                    reason="ragged",
                )
            rows.append(row)
    except csv.Error as error:
        raise BadMappingError(
            "The table is no valid CSV; save it again as CSV.", reason="malformed"
        ) from error
    if len(set(header)) != len(header) or not header:
        raise BadMappingError(
            "A column name is missing or repeated; give each column a name of its own.",
            reason="header",
        )
    return header, rows


def deidentify_table(
    data: bytes,
    mapping: Mapping,
    key: PseudonymKey,
    *,
    find: Callable[[str], Identifiers] | None = None,
    admit: Callable[[str], bool] | None = None,
    key_of: Callable[[str], PseudonymKey] | None = None,
) -> Result:
    """Return the table with pseudonyms; `find` gives what else is known of an ID.

    `key_of` gives the key of the epoch in which a patient got the pseudonym.
    Rows whose ID is empty, or that `admit` refuses, are left out and counted.
    """
    try:
        header, rows = read_table(data)
    except BadMappingError as error:
        return held(Kind.TABLE, str(error.facts.get("reason", error.code)))
    if mapping.id not in header:
        return held(Kind.TABLE, "no_id_column")
    counts: Counter[str] = Counter()
    columns = [c for c in header if c in mapping.keep | mapping.dates | mapping.ages]
    counts["columns_dropped"] = len(header) - len(columns) - 1
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["subject", *columns])
    everybody = Identifiers()
    subjects: set[str] = set()
    for row in rows:
        patient = row[mapping.id].strip()
        if not patient or (admit and not admit(patient)):
            counts["rows_left_out"] += 1
            continue
        theirs = _row_identifiers(row, mapping) | (find(patient) if find else Identifiers())
        everybody |= theirs
        theirs_key = key_of(patient) if key_of else key
        subject = pseudonym(theirs_key, "patient", patient)
        subjects.add(subject)
        days = shift_days(theirs_key, patient)
        writer.writerow(
            [subject, *(_cell(row[c], c, mapping, days, theirs, counts) for c in columns)]
        )
        counts["rows"] += 1
    return _checked(out.getvalue().encode("utf-8"), everybody, key, subjects, counts)


def _checked(
    data: bytes,
    everybody: Identifiers,
    key: PseudonymKey,
    subjects: set[str],
    counts: Counter[str],
) -> Result:
    if not subjects:
        return held(Kind.TABLE, "no_rows")
    if scan(data, Identifiers(everybody.names, everybody.numbers)):
        return held(Kind.TABLE, "identifier_left")
    left = ("rows_left_out",) if counts["rows_left_out"] else ()
    return Result(
        Kind.TABLE,
        State.CLEAN,
        data=data,
        name=name_file(key, data, ".csv"),
        reasons=left + (("columns_dropped",) if counts["columns_dropped"] else ()),
        counts=dict(counts),
        subject=next(iter(subjects)) if len(subjects) == 1 else None,
        subjects=tuple(sorted(subjects)),
    )


def _row_identifiers(row: dict[str, str], mapping: Mapping) -> Identifiers:
    return known(
        names=(row[c] for c in mapping.names if c in row),
        numbers=[row[mapping.id]],
        days=(row[c] for c in mapping.births if c in row),
    )


def _cell(
    value: str,
    column: str,
    mapping: Mapping,
    days: int,
    theirs: Identifiers,
    counts: Counter[str],
) -> str:
    plain = value.strip()
    if not plain:
        return ""
    if column in mapping.dates:
        try:
            return shift_text(plain, days)
        except BadDateError:
            counts["bad_value"] += 1
            return ""
    if column in mapping.ages:
        return _age(plain, counts)
    if _NUMBER.fullmatch(plain) and not theirs.found_in(plain):
        return plain
    text, cut = clean_text(plain, theirs)
    counts["cleaned"] += bool(cut)
    return text


def _age(text: str, counts: Counter[str]) -> str:
    number = text.removesuffix("歳")
    if not number.replace(".", "", 1).isdigit():
        counts["bad_value"] += 1
        return ""
    return str(AGE_CAP) if float(number) >= AGE_CAP else number
