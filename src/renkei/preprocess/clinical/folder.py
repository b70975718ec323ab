"""A folder of a hospital's files to OMOP, FHIR or standard tables, with the coverage of each."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Literal

import polars as pl

from renkei.compute import map_cases
from renkei.errors import ConflictError, NotFoundError
from renkei.preprocess.clinical.bundle import read_fhir
from renkei.preprocess.clinical.convert import convert_table, read_table
from renkei.preprocess.clinical.coverage import FILE, card_lines, reasons
from renkei.preprocess.clinical.fhir import write_fhir
from renkei.preprocess.clinical.layout import DOMAINS, TableLayout, guess_layout
from renkei.preprocess.clinical.masters import Masters
from renkei.preprocess.clinical.omop import write_omop
from renkei.preprocess.clinical.status import REASON

RECORD = "map.json"
FHIR_FILES = frozenset({".json", ".ndjson"})
Model = Literal["omop", "fhir", "table"]
Format = Literal["parquet", "csv"]


class NoTablesError(NotFoundError):
    """The folder holds nothing that could be mapped."""


class MapExistsError(ConflictError):
    """The results are there already."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """The files to write by their name, and the lines of coverage."""

    files: Mapping[str, bytes]
    coverage: Sequence[Mapping[str, object]]


def map_folder(
    source: Path,
    layout: Sequence[TableLayout] | None,
    masters: Masters,
    *,
    model: Model,
    form: Format,
    jobs: int = 1,
) -> Mapped:
    """Read and standardise every table of a folder, each in a process of its own.

    Raises:
        NoTablesError: Nothing here is named by the layout or by a domain.
        DataRefusedError: A file cannot be read.
    """
    tables = list(layout if layout is not None else guess_layout(source))
    tables += [TableLayout(p.name, "", {}) for p in _bundles(source)]
    if not tables:
        raise NoTablesError(
            f"Name files by their domain ({', '.join(DOMAINS)}), or write a layout."
        )
    # Concepts are looked up at the end, and fill gigabytes.
    light = replace(masters, concepts=None, relations=None)
    work = partial(convert_file, source=source, masters=light)
    parts: list[tuple[str, str, pl.DataFrame]] = []
    for table, made in map_cases(work, tables, jobs=jobs):
        if isinstance(made, Exception):
            raise made
        parts += [(table.file, domain, frame) for domain, frame in made]
    # They come as they finish; the order of the rows is that of the files' names.
    parts.sort(key=lambda part: part[:2])
    frames = gather([part[1:] for part in parts])
    files = _files(frames, masters, model, form)
    files |= _counts(frames)
    files[RECORD] = _record(source, tables, frames, masters, files)
    return Mapped(files, card_lines(frames))


def convert_file(
    table: TableLayout, *, source: Path, masters: Masters
) -> list[tuple[str, pl.DataFrame]]:
    """Return the standard tables of one file by domain."""
    path = source / table.file
    if not table.domain:
        parts = read_fhir(path.read_bytes())
        return [(one.domain, convert_table(frame, one, masters)) for one, frame in parts]
    return [(table.domain, convert_table(read_table(path, table), table, masters))]


def gather(parts: Sequence[tuple[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    """Return one table for each domain."""
    frames: dict[str, list[pl.DataFrame]] = {}
    for domain, frame in parts:
        frames.setdefault(domain, []).append(frame)
    return {d: pl.concat(found, how="diagonal") for d, found in sorted(frames.items())}


def write_mapped(out: Path, mapped: Mapped) -> None:
    """Write all files, or nothing.

    Raises:
        MapExistsError: There is something already.
    """
    if out.exists() and any(out.iterdir()):
        raise MapExistsError("OUT holds files already; name a new folder.")
    part = out.with_name(f".part-{out.name}")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name, data in mapped.files.items():
        (part / name).write_bytes(data)
    if out.exists():
        out.rmdir()
    part.rename(out)


def _bundles(source: Path) -> list[Path]:
    return sorted(p for p in source.iterdir() if p.suffix.lower() in FHIR_FILES)


def _files(
    frames: Mapping[str, pl.DataFrame], masters: Masters, model: Model, form: Format
) -> dict[str, bytes]:
    if model == "fhir":
        return write_fhir(frames)
    if model == "table":
        return {f"{name}.{form}": _bytes(frame, form) for name, frame in frames.items()}
    made = write_omop(frames, masters)
    files = {f"{name}.{form}": _bytes(frame, form) for name, frame in made.tables.items()}
    return files | {"left_out.csv": _bytes(made.left_out, "csv")}


def _counts(frames: Mapping[str, pl.DataFrame]) -> dict[str, bytes]:
    lines = pl.DataFrame(card_lines(frames), infer_schema_length=None)
    why = [
        reasons(frame, name, by="site").select(pl.lit(domain).alias("table"), pl.all())
        for domain, frame in frames.items()
        for name in sorted(n.removesuffix(REASON) for n in frame.columns if n.endswith(REASON))
    ]
    found = {FILE: _bytes(lines, "csv")}
    return found | ({"reasons.csv": _bytes(pl.concat(why), "csv")} if why else {})


def _bytes(frame: pl.DataFrame, form: Format) -> bytes:
    out = BytesIO()
    if form == "csv":
        frame.write_csv(out)
    else:
        frame.write_parquet(out, compression="zstd")
    return out.getvalue()


def _record(
    source: Path,
    tables: Sequence[TableLayout],
    frames: Mapping[str, pl.DataFrame],
    masters: Masters,
    files: Mapping[str, bytes],
) -> bytes:
    said = {
        "format": "renkei.map/1",
        "inputs": {t.file: _sha256(source / t.file) for t in tables},
        "masters": dict(masters.files),
        "rows": {name: frame.height for name, frame in frames.items()},
        "outputs": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())},
        "environment": {name: version(name) for name in ("renkei", "polars", "ucumvert")},
    }
    return (json.dumps(said, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
