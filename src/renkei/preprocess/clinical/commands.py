"""`renkei preprocess map`: a folder of clinical tables to OMOP, FHIR or standard tables."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from renkei.preprocess.clinical.coverage import EVERYWHERE
from renkei.preprocess.clinical.folder import map_folder, write_mapped
from renkei.preprocess.clinical.layout import read_layout
from renkei.preprocess.clinical.masters import Masters, load_masters


class Model(StrEnum):
    """What to write."""

    OMOP = "omop"
    FHIR = "fhir"
    TABLE = "table"


class Form(StrEnum):
    """How tables are written."""

    PARQUET = "parquet"
    CSV = "csv"


def map_tables(
    source: Annotated[Path, typer.Argument(metavar="IN", exists=True, file_okay=False)],
    out: Annotated[Path, typer.Argument(metavar="OUT", file_okay=False)],
    *,
    layout: Annotated[
        Path | None, typer.Option(help="A TOML that names files, columns and code systems.")
    ] = None,
    masters: Annotated[
        Path | None, typer.Option(exists=True, help="A folder of the owners' code tables.")
    ] = None,
    to: Annotated[
        Model, typer.Option(help="OMOP CDM 5.4, FHIR R4 or our own tables.")
    ] = Model.OMOP,
    form: Annotated[Form, typer.Option("--format", help="For tables.")] = Form.PARQUET,
    jobs: Annotated[int, typer.Option("--jobs", "-J", min=1)] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines on stdout.")] = False,
) -> None:
    """Standardise clinical tables; prints how much of each column was mapped, by site."""
    tables = read_layout(layout.read_text("utf-8")) if layout else None
    known = load_masters(masters) if masters else Masters()
    mapped = map_folder(source, tables, known, model=to.value, form=form.value, jobs=jobs)
    write_mapped(out, mapped)
    for line in mapped.coverage:
        if as_json:
            typer.echo(json.dumps(line, ensure_ascii=False))
        else:
            site = line["site"] if line["site"] != EVERYWHERE else "all sites"
            share = f"{line['mapped']}/{line['rows']}"
            typer.echo(f"{line['table']}\t{line['column']}\t{site}\t{share}")
