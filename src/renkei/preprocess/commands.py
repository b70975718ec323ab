"""`renkei preprocess …`: run a plan on files, without a platform."""

import json
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from renkei.compute import cluster
from renkei.errors import ConflictError, DataRefusedError
from renkei.preprocess.batch import Counts, Limits, Line, is_done, open_journal, run_batch
from renkei.preprocess.clinical.commands import map_tables
from renkei.preprocess.fit import fit_plan
from renkei.preprocess.folder import FolderCase, find_cases
from renkei.preprocess.forecast import Forecast, forecast
from renkei.preprocess.formats import Format
from renkei.preprocess.journal import Journal, State
from renkei.preprocess.plan import builtin_plans, load_plan
from renkei.preprocess.prov import as_prov, read_record
from renkei.preprocess.redo import redo_output
from renkei.preprocess.schema import json_schema

app = typer.Typer(no_args_is_help=True, help="Run plans: orient, resample, denoise, align.")

app.command("map")(map_tables)

Json = Annotated[bool, typer.Option("--json", help="JSON Lines on stdout.")]
Jobs = Annotated[int, typer.Option("--jobs", "-J", min=1, help="Cases at once, here.")]
Named = Annotated[str, typer.Argument(metavar="PLAN", help="A plan file, or a built-in name.")]
Source = Annotated[Path, typer.Argument(metavar="IN", exists=True)]
SHOWN = ("case", "state", "code", "why", "finding", "codes", "out", "sha256")


class Existing(StrEnum):
    """What to do with a case whose results are there already."""

    ERROR = "error"
    SKIP = "skip"
    RESUME = "resume"
    OVERWRITE = "overwrite"


class Notation(StrEnum):
    """How a provenance record is written."""

    JSON = "json"
    PROVN = "provn"


class CaseExistsError(ConflictError):
    """The results of a case are there already."""


@app.command()
def run(
    plan: Named,
    source: Source,
    out: Annotated[Path, typer.Argument(metavar="OUT", file_okay=False)],
    *,
    existing: Annotated[
        Existing, typer.Option(help="resume: go on with a run of this plan that was cut.")
    ] = Existing.ERROR,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read headers only: cases, refusals, cost.")
    ] = False,
    jobs: Jobs = 1,
    form: Annotated[
        Format, typer.Option("--format", help="How volumes are written.")
    ] = Format.NIFTI,
    seconds: Annotated[
        float, typer.Option(min=1, help="Most seconds for one case; not on a cluster.")
    ] = 3600.0,
    memory_mb: Annotated[
        int, typer.Option(min=64, help="Most memory for one case; not on a cluster.")
    ] = 8192,
    as_json: Json = False,
) -> None:
    """Run a plan on each case under IN; the exit code is 3 when a case was refused."""
    found = load_plan(plan)
    journal = open_journal(found, out)
    cases = _to_do(find_cases(source, found), out, existing, journal)
    if dry_run:
        for one in forecast(found, cases, journal, jobs=jobs):
            typer.echo(_forecast(one, as_json=as_json))
        return
    counts = Counts()
    limits = Limits(jobs, seconds, memory_mb, cluster())
    for line in _shown(run_batch(found, cases, out, limits=limits, form=form), len(cases)):
        counts.add(line)
        _say(line, as_json=as_json)
    typer.echo(counts.text, err=True)
    if counts.done < len(cases):
        raise typer.Exit(DataRefusedError.exit_code)


@app.command()
def plans(*, as_json: Json = False) -> None:
    """List the plans that come with Renkei, with their inputs and hashes."""
    for name in builtin_plans():
        plan = load_plan(name)
        line = {"name": plan.name, "inputs": dict(plan.inputs), "sha256": plan.sha256}
        text = f"{plan.name}\t{', '.join(plan.inputs.values())}\t{plan.sha256}"
        typer.echo(json.dumps(line) if as_json else text)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a plan, with every step that is installed."""
    typer.echo(json.dumps(json_schema(), indent=1, ensure_ascii=False))


@app.command()
def prov(
    case: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A case in OUT.")],
    *,
    notation: Annotated[Notation, typer.Option("--format")] = Notation.JSON,
) -> None:
    """Print how the results of a case came to be, as W3C PROV."""
    typer.echo(as_prov(read_record(case), notation=notation))


@app.command()
def redo(
    sha256: Annotated[str, typer.Argument(metavar="HASH", help="Of an output; 8 digits or more.")],
    *,
    out: Annotated[Path, typer.Option(exists=True, file_okay=False, help="What a run wrote.")],
    source: Annotated[Path, typer.Option(exists=True, help="The inputs of that run.")],
    other_versions: Annotated[
        bool, typer.Option("--other-versions", help="Try although versions differ.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Make an output again from its record, and say whether it is identical."""
    again = redo_output(sha256, out=out, source=source, other_versions=other_versions)
    line: Line = {"case": again.case, "output": again.output, "outcome": str(again.outcome)}
    if again.difference is not None:
        line |= {"largest_difference": again.difference, "tolerance": again.tolerance}
    typer.echo(json.dumps(line) if as_json else "\t".join(map(str, line.values())))
    if not again.held:
        raise typer.Exit(DataRefusedError.exit_code)


@app.command()
def fit(
    plan: Named,
    source: Annotated[Path, typer.Argument(metavar="TRAIN", exists=True)],
    *,
    out: Annotated[Path, typer.Option(help="The new plan; not there yet.", dir_okay=False)],
) -> None:
    """Learn the parameters of a plan's steps from the training part, into a new plan."""
    if out.exists():
        raise CaseExistsError("There is a file of that name; choose another.")
    found = load_plan(plan)
    fitted = fit_plan(found, find_cases(source, found))
    out.write_text(fitted.text, "utf-8")
    typer.echo(f"{fitted.name}\t{fitted.sha256}")


def _to_do(
    cases: list[FolderCase], out: Path, existing: Existing, journal: Journal
) -> list[FolderCase]:
    there = {case.name for case in cases if is_done(out, case)}
    if there and existing is Existing.ERROR:
        raise CaseExistsError(
            f"{len(there)} cases are in OUT already; say --existing resume, skip or overwrite."
        )
    if existing is Existing.RESUME:
        ended = {n for n, line in journal.ended().items() if line["state"] != State.DONE}
        there = ended | {case.name for case in cases if is_done(out, case, journal.run)}
    return [case for case in cases if existing is Existing.OVERWRITE or case.name not in there]


def _shown(lines: Iterator[Line], total: int) -> Iterator[Line]:
    """Show on a terminal how far it is and how long it will take."""
    if not sys.stderr.isatty():
        yield from lines
        return
    columns = [TextColumn("cases"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()]
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield from progress.track(lines, total=total)


def _say(line: Line, *, as_json: bool) -> None:
    if as_json:
        said: dict[str, Any] = {name: line[name] for name in SHOWN if name in line}
        typer.echo(json.dumps(said, ensure_ascii=False))
    else:
        typer.echo(f"{line['state']}\t{line['case']}\t{line.get('code') or ''}".rstrip())


def _forecast(one: Forecast, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(one.line(), ensure_ascii=False)
    cost: Sequence[str] = () if one.memory_mb is None else [f"{one.memory_mb} MB"]
    if one.cpu_seconds is not None:
        cost = [*cost, f"{one.cpu_seconds:g} CPU s ({one.cost_from})"]
    return "\t".join([one.state, one.case, one.code or "", *cost]).rstrip()
