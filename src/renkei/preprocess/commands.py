"""`renkei preprocess …`: run a plan on files, without a platform."""

import json
import tempfile
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from renkei.compute import map_cases
from renkei.errors import ConflictError, DataRefusedError
from renkei.preprocess.case import Given, Produced, run_case
from renkei.preprocess.folder import RECORD, FolderCase, find_cases, write_case
from renkei.preprocess.made import digest_of
from renkei.preprocess.plan import Plan, builtin_plans, load_plan
from renkei.proof import digest

app = typer.Typer(no_args_is_help=True, help="Run plans: orient, resample, denoise, align.")

Json = Annotated[bool, typer.Option("--json", help="JSON Lines on stdout.")]


class Existing(StrEnum):
    """What to do with a case whose results are there already."""

    ERROR = "error"
    SKIP = "skip"
    OVERWRITE = "overwrite"


class CaseExistsError(ConflictError):
    """The results of a case are there already."""


@app.command()
def run(
    plan: Annotated[str, typer.Argument(metavar="PLAN", help="A plan file, or a built-in name.")],
    source: Annotated[Path, typer.Argument(metavar="IN", exists=True)],
    out: Annotated[Path, typer.Argument(metavar="OUT", file_okay=False)],
    *,
    existing: Annotated[Existing, typer.Option()] = Existing.ERROR,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Name the cases only.")] = False,
    jobs: Annotated[int, typer.Option("--jobs", "-J", min=1)] = 1,
    as_json: Json = False,
) -> None:
    """Run a plan on each case under IN; the exit code is 3 when a case was refused."""
    found = load_plan(plan)
    cases = _to_do(find_cases(source, found.roles), out, existing)
    if dry_run:
        for case in cases:
            _say({"case": case.name, "state": "waiting"}, as_json=as_json)
        return
    refused = 0
    for case, made in map_cases(partial(run_files, plan=found), cases, jobs=jobs):
        if isinstance(made, DataRefusedError):
            refused += 1
            code = str(made.facts.get("code") or made.code)
            line = {"case": case.name, "state": "refused", "code": code, "why": made.sentence}
        elif isinstance(made, Exception):
            raise made
        else:
            write_case(out / case.name, made)
            line = _done(case, made, out)
        _say(line, as_json=as_json)
    if refused:
        raise typer.Exit(DataRefusedError.exit_code)


@app.command()
def plans(*, as_json: Json = False) -> None:
    """List the plans that come with Renkei, with their inputs and hashes."""
    for name in builtin_plans():
        plan = load_plan(name)
        line = {"name": plan.name, "inputs": dict(plan.inputs), "sha256": plan.sha256}
        text = f"{plan.name}\t{', '.join(plan.inputs.values())}\t{plan.sha256}"
        typer.echo(json.dumps(line) if as_json else text)


def run_files(case: FolderCase, *, plan: Plan) -> Produced:
    """Run a plan on one case on disk."""
    given = {}
    for role, paths in case.files.items():
        held = [path.read_bytes() for path in paths]
        labels = case.labels.read_bytes() if case.labels and role == plan.roles[0] else None
        given[role] = [Given(held, [digest(data) for data in held], labels)]
    return run_case(plan.text, given, Path(tempfile.mkdtemp()))


def _to_do(cases: list[FolderCase], out: Path, existing: Existing) -> list[FolderCase]:
    there = [case for case in cases if (out / case.name / RECORD).is_file()]
    if there and existing is Existing.ERROR:
        raise CaseExistsError(
            f"{len(there)} cases are in OUT already; say --existing skip or overwrite."
        )
    return [case for case in cases if existing is Existing.OVERWRITE or case not in there]


def _done(case: FolderCase, made: Produced, out: Path) -> dict[str, Any]:
    return {
        "case": case.name,
        "state": "done",
        "finding": str(made.finding),
        "codes": list(made.codes),
        "out": str(out / case.name),
        "sha256": {one.name: digest_of(one) for one in made.made},
    }


def _say(line: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(line, ensure_ascii=False))
    else:
        typer.echo(f"{line['state']}\t{line['case']}\t{line.get('code') or ''}".rstrip())
