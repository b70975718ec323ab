"""`renkei train …`: train and score on a folder, without a server."""

import json
from pathlib import Path
from typing import Annotated

import typer

from renkei.proof import canonical
from renkei.publish.cases import Folder, read_folder
from renkei.train.files import read_model, write_model
from renkei.train.looks import take_look
from renkei.train.recipe import Recipe
from renkei.train.recipes import recipe_of
from renkei.train.report import report_document, report_page
from renkei.train.run import Model, evaluate_model, train_folder

app = typer.Typer(help="Train a model on a version and report on it.", no_args_is_help=True)

FolderArgument = Annotated[Path, typer.Argument(exists=True, file_okay=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON Lines.")]


@app.command()
def run(
    folder: FolderArgument,
    target: Annotated[Path, typer.Argument(file_okay=False)],
    *,
    recipe: Annotated[str, typer.Option(help="voxel_forest, or the name of a plug-in.")],
    seed: Annotated[int, typer.Option()] = 0,
    structure: Annotated[list[str] | None, typer.Option(help="May be given again.")] = None,
    json_lines: Json = False,
) -> None:
    """Check every file, train on the train side, report on the validation side into TARGET."""
    found = read_folder(folder)
    chosen = recipe_of(recipe)
    model = train_folder(found, recipe=chosen, seed=seed, structures=structure)
    write_model(model, target)
    if any(case.labels for case in found.side("validation")):
        _report(model, chosen, found, target, "validation", None, json_lines=json_lines)
    _tell({"model": model.sha256, **model.facts}, json_lines=json_lines)


@app.command()
def evaluate(
    folder: FolderArgument,
    model_folder: FolderArgument,
    *,
    side: Annotated[str, typer.Option(help="train, validation or test.")] = "validation",
    json_lines: Json = False,
) -> None:
    """Score a model on a side; a look at the test side is counted before it is shown."""
    found, model = read_folder(folder), read_model(model_folder)
    left = None
    if side == "test":
        left = take_look(
            folder / "renkei-looks.jsonl",
            version=found.version_id or "draft",
            family=str(model.facts["recipe"]),
            model=model.sha256,
        )
    chosen = recipe_of(str(model.facts["recipe"]))
    _report(model, chosen, found, model_folder, side, left, json_lines=json_lines)


def _report(
    model: Model,
    recipe: Recipe,
    folder: Folder,
    target: Path,
    side: str,
    looks_left: int | None,
    *,
    json_lines: bool,
) -> None:
    evaluations = evaluate_model(model, recipe, folder, side)
    document = report_document(
        model.facts, model.sha256, evaluations, side=side, looks_left=looks_left
    )
    (target / f"report-{side}.json").write_bytes(canonical(document) + b"\n")
    (target / f"report-{side}.en.html").write_text(report_page(document, "en"), "utf-8")
    (target / f"report-{side}.ja.html").write_text(report_page(document, "ja"), "utf-8")
    for found in evaluations:
        overall = found.overall
        told = {
            "structure": found.structure,
            "patients": overall.patients if overall else 0,
            "dice": overall and round(overall.mean, 4),
            "low": overall and round(overall.low, 4),
            "high": overall and round(overall.high, 4),
        }
        _tell(told, json_lines=json_lines)


def _tell(fact: dict[str, object], *, json_lines: bool) -> None:
    if json_lines:
        typer.echo(json.dumps(fact, ensure_ascii=False))
        return
    typer.echo("  ".join(f"{name}: {value}" for name, value in fact.items()))
