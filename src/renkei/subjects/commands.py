"""Commands of the facts: lists and timelines over HTTP."""

import json as jsonlib
from typing import Annotated
from uuid import UUID

import typer

from renkei.client import Client

app = typer.Typer(no_args_is_help=True, help="Subjects and their timelines.")
Server = Annotated[str | None, typer.Option(help="Address of the platform.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON Lines on stdout.")]


@app.command("list")
def list_subjects(*, server: Server = None, json: AsJson = False) -> None:
    """List subjects with what is known of them."""
    with Client(server=server) as client:
        for row in client.pages("/subjects/subjects"):
            counts = f"{row['series']} series\t{row['slides']} slides\t{row['records']} records"
            line = f"{row['id']}\t{row['site']}\t{row['pseudonym']}\t{counts}"
            typer.echo(jsonlib.dumps(row, ensure_ascii=False) if json else line)


@app.command()
def timeline(subject: UUID, *, server: Server = None, json: AsJson = False) -> None:
    """Print a subject's timeline."""
    with Client(server=server) as client:
        found = client.get(f"/subjects/subjects/{subject}")
    for entry in found["timeline"]:
        line = f"{entry['date'] or '-'}\t{entry['lane']}\t{entry['title']}\t{entry['id']}"
        typer.echo(jsonlib.dumps(entry, ensure_ascii=False) if json else line)


@app.command("series")
def list_series(*, server: Server = None, json: AsJson = False) -> None:
    """List series."""
    with Client(server=server) as client:
        for row in client.pages("/subjects/series"):
            line = f"{row['id']}\t{row['site']}\t{row['modality']}\t{row['instances']}"
            typer.echo(jsonlib.dumps(row, ensure_ascii=False) if json else line)
