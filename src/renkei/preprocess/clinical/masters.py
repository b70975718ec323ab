"""Loaders for the owners' official tables: read where the operator keeps them, never shipped.

Recognised by what is in them: reviewed maps (CSV with the columns of `codes.COLUMNS`), the MEDIS
disease master, the MEDIS HOT master, the JSLM lists of JLAC10 elements (xlsx), LOINC's `Loinc.csv`
and `MapTo.csv`, and Athena's `CONCEPT.csv` and `CONCEPT_RELATIONSHIP.csv`.
"""

import csv
import hashlib
import io
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from renkei.collect.clinical import decode
from renkei.preprocess.clinical.codes import (
    COLUMNS,
    EXACT,
    BadMapError,
    CodeMap,
    make_map,
    plain_code,
    seed_map,
)

LARGEST = 4 * 1024**3
ELEMENTS = {"分析物": (0, 5), "識別": (5, 9), "材料": (9, 12), "測定法": (12, 15)}
# The disease master's base table: control number, exchange code, ICD-10, by position.
DISEASE_FIELDS, CONTROL, EXCHANGE, ICD10, SECOND_ICD10 = 18, 1, 5, 6, 7
HEADER_ROWS = 10


@dataclass(frozen=True)
class Masters:
    """What the owners' tables say; `files` are the SHA-256 of those that were read."""

    maps: Mapping[tuple[str, str], CodeMap] = field(default_factory=dict)
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    elements: Mapping[str, frozenset[str]] = field(default_factory=dict)
    concepts: pl.DataFrame | None = None
    relations: pl.DataFrame | None = None
    files: Mapping[str, str] = field(default_factory=dict)

    def code_map(self, source: str, target: str) -> CodeMap | None:
        """Return the owner's map, else the one that comes with Renkei, if it has any row."""
        found = self.maps.get((source, target)) or seed_map(source, target)
        return found if found.targets else None

    def unknown_element(self, jlac10: str) -> bool:
        """Tell whether a part of a JLAC10 code is in none of the loaded lists."""
        plain = plain_code("jlac10", jlac10)
        return any(
            plain[start:end] not in self.elements[name]
            for name, (start, end) in ELEMENTS.items()
            if name in self.elements and len(plain) >= end
        )


def load_masters(folder: Path) -> Masters:
    """Read every table in a folder that is one of those above; others are left alone.

    Raises:
        BadMapError: A file is too large, or a map's row cites nothing.
    """
    found = _Found()
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        if path.stat().st_size > LARGEST:
            raise BadMapError(f"The master {path.name} is over 4 GiB.")
        if _read(path, found):
            with path.open("rb") as file:
                found.files[path.name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found.done()


@dataclass
class _Found:
    rows: list[pl.DataFrame] = field(default_factory=list)
    known: dict[str, frozenset[str]] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    elements: dict[str, frozenset[str]] = field(default_factory=dict)
    concepts: pl.DataFrame | None = None
    relations: pl.DataFrame | None = None
    files: dict[str, str] = field(default_factory=dict)

    def done(self) -> Masters:
        rows = pl.concat([pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String)), *self.rows])
        pairs = rows.select("source_system", "target_system").unique().sort(pl.all())
        maps = {(s, t): make_map(rows, s, t) for s, t in pairs.iter_rows()}
        return Masters(
            maps, self.known, self.units, self.elements, self.concepts, self.relations, self.files
        )


def _read(path: Path, found: _Found) -> bool:
    name = path.name.lower()
    if name in {"concept.csv", "concept_relationship.csv"}:
        frame = pl.read_csv(path, separator="\t", quote_char=None, infer_schema=False)
        if name == "concept.csv":
            found.concepts = frame
        else:
            found.relations = frame.filter(pl.col("relationship_id") == "Maps to")
        return True
    if path.suffix.lower() == ".xlsx":
        lists = _element_lists(path)
        found.elements.update(lists)
        return bool(lists)
    if path.suffix.lower() not in {".csv", ".txt"}:
        return False
    text = decode(path.read_bytes())
    header = next(csv.reader([text.split("\n", 1)[0].rstrip("\r")]), [])
    if set(COLUMNS) <= set(header):
        frame = pl.read_csv(text.encode(), infer_schema=False).select(COLUMNS)
        found.rows.append(frame)
    elif "LOINC_NUM" in header:
        _loinc(pl.read_csv(text.encode(), infer_schema=False), found)
    elif {"LOINC", "MAP_TO"} <= set(header):
        pairs = pl.read_csv(text.encode(), infer_schema=False).select("LOINC", "MAP_TO").iter_rows()
        found.rows.append(_rows("loinc", "loinc", pairs, "LOINC MapTo.csv"))
    elif any(_plain(one).startswith("基準番号") for one in header):
        _drugs(text, header, found)
    elif len(header) >= DISEASE_FIELDS and header[CONTROL].isdigit():
        _diseases(text, found)
    else:
        return False
    return True


def _loinc(frame: pl.DataFrame, found: _Found) -> None:
    found.known["loinc"] = frozenset(frame.filter(pl.col("STATUS") != "DEPRECATED")["LOINC_NUM"])
    if "EXAMPLE_UCUM_UNITS" in frame.columns:
        for code, units in frame.select("LOINC_NUM", "EXAMPLE_UCUM_UNITS").iter_rows():
            if first := (units or "").split(";")[0].strip():
                found.units[code] = first


def _drugs(text: str, header: list[str], found: _Found) -> None:
    plain = [_plain(one) for one in header]
    hot = next(n for n, one in enumerate(plain) if one.startswith("基準番号"))
    yj = next((n for n, one in enumerate(plain) if one.startswith("個別医薬品コード")), None)
    if yj is None:
        raise BadMapError("The HOT master lacks the column of YJ codes.")
    rows = [r for r in csv.reader(io.StringIO(text)) if len(r) == len(header)][1:]
    pairs = sorted({(r[hot][:9], r[yj]) for r in rows if r[hot] and r[yj]})
    found.known["hot9"] = frozenset(one for one, _ in pairs)
    found.known["yj"] = frozenset(other for _, other in pairs)
    found.rows.append(_rows("hot9", "yj", pairs, "MEDIS HOT code master"))
    back = sorted((other, one) for one, other in pairs)
    found.rows.append(_rows("yj", "hot9", back, "MEDIS HOT code master"))


def _diseases(text: str, found: _Found) -> None:
    rows = [r for r in csv.reader(io.StringIO(text)) if len(r) >= DISEASE_FIELDS and r[ICD10]]
    cites = "MEDIS standard disease master, base table"
    for system, at in (("medis_disease", CONTROL), ("medis_disease_exchange", EXCHANGE)):
        # A second ICD-10 is one of a dagger-asterisk pair: the first alone is half the truth.
        for relation, two in ((EXACT, False), ("inexact", True)):
            own = [r for r in rows if r[at] and bool(r[SECOND_ICD10].strip()) is two]
            pairs = sorted({(r[at], r[ICD10]) for r in own})
            found.rows.append(_rows(system, "icd10", pairs, cites, relation))
    found.known["icd10"] = frozenset(r[ICD10] for r in rows)


def _element_lists(path: Path) -> dict[str, frozenset[str]]:
    from python_calamine import CalamineWorkbook

    lists: dict[str, frozenset[str]] = {}
    book = CalamineWorkbook.from_path(str(path))
    for sheet in book.sheet_names:
        rows = [[_plain(str(c)) for c in row] for row in book.get_sheet_by_name(sheet).to_python()]
        for name in ELEMENTS:
            for n, row in enumerate(rows[:HEADER_ROWS]):
                if f"{name}コード" in row:
                    at = row.index(f"{name}コード")
                    codes = (_code(one[at], name) for one in rows[n + 1 :] if len(one) > at)
                    lists[name] = frozenset(code for code in codes if code)
                    break
    return lists


def _code(cell: str, name: str) -> str:
    start, end = ELEMENTS[name]
    # A spreadsheet turns 023 into the number 23.0.
    plain = cell.removesuffix(".0")
    return plain.zfill(end - start) if plain.isdigit() else plain


def _rows(
    source: str,
    target: str,
    pairs: Iterable[tuple[str, ...]],
    cites: str,
    relation: str = EXACT,
) -> pl.DataFrame:
    rows = [(source, one, target, other, relation, "", cites) for one, other in pairs]
    return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
