"""`renkei select …`: judge files by a recipe, or decide on a platform's cases."""

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from renkei.child import call
from renkei.client import Client
from renkei.compute import map_cases
from renkei.errors import UsageError
from renkei.imaging.slide import SlideRefusedError
from renkei.select.case import SLIDE, Case, case_of_files
from renkei.select.compare import compare
from renkei.select.dryrun import dry_run
from renkei.select.dryrun_text import report
from renkei.select.folder import FileCase, find_cases
from renkei.select.judge import RECORD_KINDS, judge_record, judge_series, judge_slide
from renkei.select.near import find_near
from renkei.select.prints import CasePrint, print_of, print_of_slide
from renkei.select.recipe import STRATUM_KEYS, CaseFacts, Recipe, builtin_recipes, load_recipe
from renkei.select.stored import read_verdicts
from renkei.select.strata import as_toml, keys_of, strata_of
from renkei.select.verdict import Outcome, Verdict

app = typer.Typer(no_args_is_help=True, help="Judge whether scans are fit, and why.")

Json = Annotated[bool, typer.Option("--json", help="JSON Lines on stdout.")]
Source = Annotated[Path, typer.Argument(exists=True, help="A file or a folder.")]

IMAGES = frozenset({"dicom", "nifti", SLIDE})


class ModalityNeededError(UsageError):
    """A NIfTI file does not say its modality."""


@app.command()
def judge(
    path: Source,
    *,
    recipe: Annotated[str, typer.Option(help="A recipe file, or a built-in name.")] = "ct_abdomen",
    age: Annotated[int | None, typer.Option(min=0, max=150, help="Age of the subject.")] = None,
    modality: Annotated[str | None, typer.Option(help="What a NIfTI file is, such as CT.")] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-J", min=1)] = 1,
    as_json: Json = False,
) -> None:
    """Judge every series, slide and record under a path: accept, review or exclude, and why."""
    rules = load_recipe(recipe)
    cases = call(find_cases, path, seconds=600)
    if modality is None and any(case.kind == "nifti" for case in cases):
        raise ModalityNeededError("Say with --modality what the NIfTI files are, such as CT.")
    work = partial(judge_files, recipe=rules, age=age, modality=modality)
    for case, found in map_cases(work, cases, jobs=jobs):
        if isinstance(found, Exception):
            raise found
        _say(case, found, as_json=as_json)


@app.command()
def duplicates(path: Source, *, as_json: Json = False) -> None:
    """Name the series and slides under a path that hold the same images, or images alike."""
    cases = call(find_cases, path, seconds=600)
    images = [case for case in cases if case.kind in IMAGES]
    prints = [call(print_file, case, seconds=600) for case in images]
    for first, second, match in find_near(prints):
        names = {"first": images[first].name, "second": images[second].name}
        if as_json:
            typer.echo(json.dumps(names | asdict(match), ensure_ascii=False))
            continue
        how = ", ".join(match.how)
        typer.echo("\t".join([*names.values(), match.kind, f"{match.share:.0%}", how]).rstrip())


@app.command("dry-run")
def try_recipe(
    verdicts: Annotated[Path, typer.Argument(exists=True, help="What `judge --json` said.")],
    *,
    recipe: Annotated[str, typer.Option(help="A recipe file, or a built-in name.")],
    against: Annotated[str | None, typer.Option(help="Another recipe to compare with.")] = None,
    as_json: Json = False,
) -> None:
    """Say what a recipe would do to judged cases, to whom, and in what order; no pixel is read."""
    cases = read_verdicts(verdicts)
    run = dry_run(cases, load_recipe(recipe))
    compared = compare(dry_run(cases, load_recipe(against)), run) if against else None
    if as_json:
        said = run.as_dict() | {"comparison": compared.as_dict() if compared else None}
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    for line in report(run, compared):
        typer.echo(line)


@app.command()
def strata(
    verdicts: Annotated[Path, typer.Argument(exists=True, help="What `judge --json` said.")],
    *,
    by: Annotated[
        list[str] | None, typer.Option(help="Keys of one level, by commas; may be repeated.")
    ] = None,
) -> None:
    """Write medians and spreads of judged cases, in patients, as the [[stratum]] of a recipe."""
    levels = [keys_of(one) for one in by or [",".join(STRATUM_KEYS)]]
    typer.echo(as_toml(strata_of(read_verdicts(verdicts), levels, source=verdicts.name)))


@app.command()
def recipes(*, as_json: Json = False) -> None:
    """List the recipes that come with Renkei, with their hashes."""
    for name in builtin_recipes():
        found = load_recipe(name)
        line = {"name": found.name, "version": found.version, "sha256": found.sha256}
        typer.echo(json.dumps(line) if as_json else "\t".join(line.values()))


@app.command()
def override(
    case: UUID,
    outcome: Outcome,
    *,
    reason: Annotated[str, typer.Option(help="Why; it stays in the audit.")],
) -> None:
    """Decide otherwise than the verdict on a platform; prints the id of the decision."""
    with Client() as client:
        body = {"outcome": outcome.value, "reason": reason}
        typer.echo(client.post(f"/select/cases/{case}/overrides", body)["id"])


def judge_files(
    case: FileCase, *, recipe: Recipe, age: int | None, modality: str | None
) -> Verdict:
    """Judge one case on disk."""
    if case.kind == SLIDE:
        return judge_slide(case.files[0], recipe, age=age)
    if case.kind in RECORD_KINDS:
        return judge_record(case.files[0], case.kind, recipe)
    facts = CaseFacts(modality, age=age) if case.kind == "nifti" and modality else None
    return judge_series(case.files, recipe, facts=facts, age=age)


def print_file(case: FileCase) -> CasePrint:
    """Return the print of one case on disk; one that does not decode has nothing to compare."""
    try:
        if case.kind == SLIDE:
            return print_of_slide(case.files[0])
    except SlideRefusedError:
        return print_of(Case(SLIDE))
    return print_of(case_of_files(case.files))


def _say(case: FileCase, verdict: Verdict, *, as_json: bool) -> None:
    if as_json:
        line: dict[str, Any] = {"case": case.name, "files": len(case.files), **verdict.as_dict()}
        typer.echo(json.dumps(line, ensure_ascii=False))
        return
    reasons = ", ".join(reason.key for reason in verdict.reasons)
    typer.echo(f"{verdict.outcome}\t{case.name}\t{reasons}")
