"""`renkei deid …`: remove identities from files; works alone, with no server."""

import json
from pathlib import Path
from typing import Annotated

import typer

from renkei.deid.profile import load_profile
from renkei.deid.pseudonym import PseudonymKey
from renkei.deid.result import State
from renkei.deid.run import Existing, Line, Rules
from renkei.deid.run import run as run_folder
from renkei.deid.tables import parse_mapping

app = typer.Typer(help="Remove identities from files; what cannot be proved clean is held.")


@app.command()
def run(
    source: Annotated[Path, typer.Argument(metavar="IN", help="A file or a folder.")],
    *,
    out: Annotated[Path, typer.Option(help="Folder for the clean files.")],
    key: Annotated[Path, typer.Option(help="The site's key file; see 'renkei deid key'.")],
    profile: Annotated[str, typer.Option(help="Name of the rule set.")] = "basic",
    columns: Annotated[Path | None, typer.Option(help="Column mapping for tables.")] = None,
    subject: Annotated[
        Path | None,
        typer.Option(help="File that holds the patient ID of files that do not carry one."),
    ] = None,
    existing: Annotated[Existing, typer.Option()] = Existing.ERROR,
    jobs: Annotated[int, typer.Option("--jobs", "-J", min=1)] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per file.")] = False,
) -> None:
    """Write a clean copy of each file, named by its new identity."""
    rules = Rules(
        profile=load_profile(profile),
        key=PseudonymKey.read(key),
        mapping=parse_mapping(columns.read_text("utf-8")) if columns else None,
        patient=subject.read_text("utf-8").strip() if subject else None,
    )
    counts = dict.fromkeys(State, 0)
    for line in run_folder(source, out, rules, existing=existing, jobs=jobs):
        counts[line.result.state] += 1
        typer.echo(json.dumps(_plain(line)) if as_json else _sentence(line))
    if not as_json:
        typer.echo(f"{counts[State.CLEAN]} clean, {counts[State.HELD]} held", err=True)


@app.command()
def key(path: Annotated[Path, typer.Argument(help="Where to write the new key.")]) -> None:
    """Draw a key for a site; keep it safe, a lost key cannot be made again."""
    made = PseudonymKey.new()
    made.write(path)
    typer.echo(made.fingerprint)


@app.command()
def rules(
    name: Annotated[str, typer.Argument(help="Name of the rule set.")] = "basic",
    *,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Say what a rule set is: edition, options that it claims, hash."""
    found = load_profile(name)
    facts = {
        "name": found.name,
        "version": found.version,
        "edition": found.edition,
        "codes": found.codes,
        "elements": len(found.rules),
        "sha256": found.sha256,
    }
    if as_json:
        typer.echo(json.dumps(facts))
        return
    for label, value in facts.items():
        typer.echo(f"{label}: {value}")


def _plain(line: Line) -> dict[str, object]:
    return {
        "in": str(line.source),
        "out": str(line.target) if line.target else None,
        "state": line.result.state.value,
        "kind": line.result.kind.value,
        "reasons": list(line.result.reasons),
        "counts": dict(line.result.counts),
        "subject": line.result.subject,
    }


def _sentence(line: Line) -> str:
    where = line.target or "-"
    return f"{line.result.state}\t{line.source}\t{where}\t{', '.join(line.result.reasons)}"
