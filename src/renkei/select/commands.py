"""`renkei select …`: judge files by a recipe, or decide on a platform's cases."""

import json
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from renkei.child import call
from renkei.client import Client
from renkei.compute import map_cases
from renkei.errors import UsageError
from renkei.imaging.dicom import pixel_sha256
from renkei.select.duplicates import find_duplicates
from renkei.select.folder import FileCase, find_cases
from renkei.select.judge import SLIDE, judge_series, judge_slide
from renkei.select.recipe import CaseFacts, Recipe, builtin_recipes, load_recipe
from renkei.select.verdict import Outcome, Verdict

app = typer.Typer(no_args_is_help=True, help="Judge whether scans are fit, and why.")

Json = Annotated[bool, typer.Option("--json", help="JSON Lines on stdout.")]
Source = Annotated[Path, typer.Argument(exists=True, help="A file or a folder.")]


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
    """Judge every series and slide under a path: accept, review or exclude, with reasons."""
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
    """Name the DICOM series under a path that hold the same pixels."""
    cases = call(find_cases, path, seconds=600)
    hashes = {case.name: call(_pixels, case, seconds=600) for case in cases if case.kind == "dicom"}
    for pair in find_duplicates(hashes):
        line = {"first": pair.first, "second": pair.second, "share": round(pair.share, 4)}
        typer.echo(
            json.dumps(line) if as_json else f"{pair.first}\t{pair.second}\t{pair.share:.0%}"
        )


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
    facts = CaseFacts(modality, age=age) if case.kind == "nifti" and modality else None
    return judge_series(case.files, recipe, facts=facts, age=age)


def _pixels(case: FileCase) -> list[str]:
    return [pixel_sha256(file) for file in case.files]


def _say(case: FileCase, verdict: Verdict, *, as_json: bool) -> None:
    if as_json:
        line: dict[str, Any] = {"case": case.name, "files": len(case.files), **verdict.as_dict()}
        typer.echo(json.dumps(line, ensure_ascii=False))
        return
    reasons = ", ".join(reason.key for reason in verdict.reasons)
    typer.echo(f"{verdict.outcome}\t{case.name}\t{reasons}")
