"""Commands of consent: what allows a use, and taking data back."""

import json as jsonlib
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from renkei.client import Client
from renkei.consent.allow import Use

app = typer.Typer(no_args_is_help=True, help="Approvals, agreements, consents and recalls.")
Server = Annotated[str | None, typer.Option(help="Address of the platform.")]
AsJson = Annotated[bool, typer.Option("--json", help="JSON Lines on stdout.")]
REFUSED = 3


@app.command()
def approvals(*, server: Server = None, json: AsJson = False) -> None:
    """List ethics approvals."""
    with Client(server=server) as client:
        for row in client.pages("/consent/approvals"):
            line = f"{row['number']}\t{row['expires']}\t{row['committee']}\t{row['title']}"
            typer.echo(jsonlib.dumps(row, ensure_ascii=False) if json else line)


@app.command()
def allow(subject: UUID, use: Use, *, commercial: bool = False, server: Server = None) -> None:
    """Say whether a subject's data may be used for something; status 3 when not."""
    with Client(server=server) as client:
        found = client.get(
            f"/consent/subjects/{subject}/allow",
            use=use.value,
            commercial="true" if commercial else None,
        )
    typer.echo("allowed" if found["allowed"] else "\n".join(found["reasons"]))
    if not found["allowed"]:
        raise typer.Exit(REFUSED)


@app.command()
def recall(
    subject: UUID,
    *,
    reason: Annotated[str, typer.Option(help="Why; it stands in the certificate's audit.")],
    kind: Annotated[str, typer.Option(help="withdrawal or leak")] = "withdrawal",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it touches.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    server: Server = None,
) -> None:
    """Take a subject's data back: show what it touches, ask, act; prints the recall's id."""
    with Client(server=server) as client:
        found = client.get(f"/consent/subjects/{subject}/recall")["found"]
        for folder, counts in found.items():
            for what, count in counts.items():
                typer.echo(f"{folder}\t{what}\t{count}", err=True)
        if dry_run:
            return
        if not yes:
            typer.confirm("Destroy the key? It cannot be undone.", abort=True, err=True)
        body = {"subject_id": str(subject), "kind": kind, "reason": reason}
        typer.echo(client.post("/consent/recalls", body)["id"])


@app.command()
def certificate(recall_id: UUID, out: Path, *, server: Server = None) -> None:
    """Write the certificate of a recall; status 3 while folders are still at work."""
    with Client(server=server) as client:
        found = client.get(f"/consent/recalls/{recall_id}")
    if found["certificate"] is None:
        typer.echo("\n".join(found["waiting"]), err=True)
        raise typer.Exit(REFUSED)
    out.write_text(found["certificate"], "utf-8")
