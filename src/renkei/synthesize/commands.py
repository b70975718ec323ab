"""`renkei synthesize …`: make a set from a folder, without a server."""

import json
from pathlib import Path
from typing import Annotated

import typer

from renkei.errors import UsageError
from renkei.proof import canonical
from renkei.publish.cases import read_folder
from renkei.publish.exporter import empty_target
from renkei.synthesize.generators import generator_of
from renkei.synthesize.run import SyntheticSet, Wish, synthesize_folder

app = typer.Typer(help="Synthesise cases that are marked and gated.", no_args_is_help=True)


class BadParameterError(UsageError):
    """A parameter is not NAME=NUMBER of the generator."""


@app.callback()
def synthesize() -> None:
    """Synthesise cases that are marked and gated."""


@app.command()
def run(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)],
    target: Annotated[Path, typer.Argument(file_okay=False)],
    *,
    generator: Annotated[str, typer.Option()] = "procedural_lesion",
    count: Annotated[int, typer.Option(min=1, max=100_000)] = 1,
    organ: Annotated[str, typer.Option()] = "liver",
    seed: Annotated[int, typer.Option()] = 0,
    param: Annotated[list[str] | None, typer.Option(help="NAME=NUMBER; may be repeated.")] = None,
    json_lines: Annotated[bool, typer.Option("--json", help="Print JSON Lines.")] = False,
) -> None:
    """Make COUNT cases on parents of the train side; ends with status 3 if the gate refuses.

    A set that does not pass is written too, for whoever looks for the reason.
    """
    chosen = generator_of(generator)
    params = dict(_parameter(text, set(chosen.params)) for text in param or ())
    found = synthesize_folder(
        read_folder(folder),
        generator=chosen,
        wish=Wish(count=count, organ=organ, seed=seed),
        params=params,
    )
    _write(found, empty_target(target))
    fact = {
        "set": found.sha256,
        "in": count,
        "out": len(found.cases),
        "rejected": found.document["rejected"],
        "gate": str(found.gate.state),
    }
    told = json.dumps(fact) if json_lines else "  ".join(f"{k}: {v}" for k, v in fact.items())
    typer.echo(told)
    found.gate.require_passed()


def _write(found: SyntheticSet, target: Path) -> None:
    rows = []
    for case in found.cases:
        (target / f"{case.name}.nii.gz").write_bytes(case.image)
        (target / f"{case.name}.rlab").write_bytes(case.labels)
        (target / f"{case.name}.json").write_bytes(canonical(dict(case.facts)) + b"\n")
        rows.append(
            {
                "case": case.name,
                "subject": case.name,
                "image": f"{case.name}.nii.gz",
                "labels": f"{case.name}.rlab",
                "facts": dict(case.facts),
            }
        )
    text = "".join(json.dumps(row, sort_keys=True) + "\n" for row in rows)
    (target / "cases.jsonl").write_text(text, "utf-8")
    (target / "synthetic-set.json").write_bytes(canonical(dict(found.document)) + b"\n")


def _parameter(text: str, known: set[str]) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        number = float(value)
    except ValueError as error:
        raise BadParameterError("A parameter has the form NAME=NUMBER.") from error
    if name not in known:
        raise BadParameterError(f"The generator has: {', '.join(sorted(known))}.")
    return name, number
