"""Commands of intake: what hospitals sent and what became of it."""

import json as jsonlib
from typing import Annotated, Any
from uuid import UUID

import typer

from renkei.client import Client

app = typer.Typer(no_args_is_help=True, help="Batches that hospitals sent.")
Server = Annotated[str | None, typer.Option(help="Address of the platform.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON Lines on stdout.")]


@app.command()
def batches(*, server: Server = None, json: AsJson = False) -> None:
    """List batches: sent = stored + quarantined + missing."""
    with Client(server=server) as client:
        for row in client.pages("/collect/batches"):
            typer.echo(jsonlib.dumps(row, ensure_ascii=False) if json else _line(row))


@app.command()
def show(batch: UUID, *, server: Server = None, json: AsJson = False) -> None:
    """Print what became of each file of a batch."""
    with Client(server=server) as client:
        found = client.get(f"/collect/batches/{batch}")
        if not json:
            typer.echo(_line(found), err=True)
        for row in client.pages(f"/collect/batches/{batch}/files", sort="n"):
            line = f"{row['n']}\t{row['kind']}\t{row['state']}\t{row['reason'] or ''}"
            typer.echo(jsonlib.dumps(row, ensure_ascii=False) if json else line)


def _line(row: dict[str, Any]) -> str:
    held = " ".join(f"{reason}={count}" for reason, count in sorted(row["quarantined"].items()))
    counts = f"sent {row['sent']}\tstored {row['stored']}\tmissing {row['missing']}"
    return f"{row['id']}\t{row['state']}\t{counts}\tquarantined {held or 0}"
