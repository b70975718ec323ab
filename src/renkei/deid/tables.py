"""Clinical tables: pseudonyms for IDs, dates moved with their patient, other columns by name."""

import csv
import io
import re
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from renkei.deid.dates import BadDateError, shift_text
from renkei.deid.dpc import PATIENT, layout_of
from renkei.deid.dpc import read_rows as read_dpc
from renkei.deid.everybody import Everybody
from renkei.deid.excel import BadWorkbookError, is_workbook, read_workbook
from renkei.deid.identifiers import Identifiers, known
from renkei.deid.pseudonym import PseudonymKey, name_file, pseudonym, shift_days
from renkei.deid.result import Kind, Result, State, held
from renkei.deid.text import clean_text
from renkei.errors import DataRefusedError

MAX_ROWS = 5_000_000
HEAD = 1 << 16
AGE_CAP = 90
_NUMBER = re.compile(r"[<>≦≧]?\s?[+-]?\d{1,15}(?:\.\d+)?(?:[eE][+-]?\d+)?%?")
_PHONE, _ISO_DAY = re.compile(r"0\d{9,10}"), re.compile(r"\d{4}-\d\d-\d\d")
_FIELDS = ("keep", "dates", "ages", "names", "births", "drop")


class BadMappingError(DataRefusedError):
    """The column mapping does not fit the table."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column is what; a column that stands nowhere is dropped and counted.

    `names` and `births` are never written: they say what to search for in the row's other cells.
    `mixed` columns hold days (ISO) beside other values; only known layouts have them.
    """

    id: str
    keep: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    ages: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    births: frozenset[str] = frozenset()
    drop: frozenset[str] = frozenset()
    mixed: frozenset[str] = frozenset()


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


def mapping_of(data: bytes) -> Mapping | None:
    """Return the mapping of a file whose columns a standard lays down (DPC), or None."""
    layout = layout_of(_decoded(data[:HEAD], whole=False)) if b"\t" in data[:HEAD] else None
    if layout is None:
        return None
    return Mapping(PATIENT, keep=layout.keep, dates=layout.dates, mixed=layout.mixed)


def read_table(data: bytes, mapping: Mapping) -> tuple[list[str], list[dict[str, str]], int]:
    """Return header, rows and sheets left out of a workbook, DPC file, or CSV (UTF-8 or cp932).

    Raises:
        BadMappingError: It is in neither encoding, has no header, or rows of other lengths.
        BadWorkbookError: The workbook is damaged, or no sheet has the column of IDs.
    """
    if is_workbook(data):
        return read_workbook(data, column=mapping.id, dates=mapping.dates | mapping.births)
    text = _decoded(data)
    if layout := layout_of(text[:HEAD]):
        found = read_dpc(text, layout)
        if found is None:
            raise BadMappingError(
                "A row of the DPC file does not fit; write the file again.", reason="ragged"
            )
        return list(layout.columns), found, 0
    return *_read_csv(text), 0


def _decoded(data: bytes, *, whole: bool = True) -> str:
    errors = "strict" if whole else "ignore"
    for codec in ("utf-8-sig", "cp932"):
        try:
            return data.decode(codec, errors if codec == "cp932" or whole else "strict")
        except UnicodeDecodeError:
            continue
    raise BadMappingError(
        "The table is neither UTF-8 nor cp932; save it as UTF-8.", reason="encoding"
    )


def _read_csv(text: str) -> tuple[list[str], list[dict[str, str]]]:
    mark = "\t" if "\t" in text.split("\n", 1)[0] else ","
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=mark)
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
        header, rows, sheets = read_table(data, mapping)
    except (BadMappingError, BadWorkbookError) as error:
        return held(Kind.TABLE, str(error.facts.get("reason", error.code)))
    if mapping.id not in header:
        return held(Kind.TABLE, "no_id_column")
    counts: Counter[str] = Counter(sheets_left_out=sheets)
    wanted = mapping.keep | mapping.dates | mapping.ages | mapping.mixed
    columns = [c for c in header if c in wanted]
    counts["columns_dropped"] = len(header) - len(columns) - 1
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["subject", *columns])
    subjects: set[str] = set()
    everybody, texts = Everybody(), set[str]()
    for row in rows:
        patient = row[mapping.id].strip()
        if not patient or (admit and not admit(patient)):
            counts["rows_left_out"] += 1
            continue
        theirs = _row_identifiers(row, mapping) | (find(patient) if find else Identifiers())
        everybody.add(theirs)
        theirs_key = key_of(patient) if key_of else key
        subject = pseudonym(theirs_key, "patient", patient)
        subjects.add(subject)
        days = shift_days(theirs_key, patient)
        cells = [_cell(row[c], c, mapping, days, theirs, counts) for c in columns]
        writer.writerow([subject, *cells])
        texts.update(cell for cell in cells if cell and not _NUMBER.fullmatch(cell))
        counts["rows"] += 1
    if any(everybody.named_in(text) for text in texts):
        return held(Kind.TABLE, "identifier_left")
    return _result(out.getvalue().encode("utf-8"), key, subjects, counts)


def _result(data: bytes, key: PseudonymKey, subjects: set[str], counts: Counter[str]) -> Result:
    if not subjects:
        return held(Kind.TABLE, "no_rows")
    told = ("rows_left_out", "columns_dropped", "sheets_left_out")
    return Result(
        Kind.TABLE,
        State.CLEAN,
        data=data,
        name=name_file(key, data, ".csv"),
        reasons=tuple(reason for reason in told if counts[reason]),
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
    moves = column in mapping.mixed and _ISO_DAY.fullmatch(plain)
    if plain and (column in mapping.dates or moves):
        try:
            return shift_text(plain, days)
        except BadDateError:
            counts["bad_value"] += 1
            return ""
    if plain and column in mapping.ages:
        return _age(plain, counts)
    if _NUMBER.fullmatch(plain) and not _PHONE.fullmatch(plain) and not theirs.found_in(plain):
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
