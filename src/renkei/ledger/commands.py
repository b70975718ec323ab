"""`renkei ledger …` and `renkei verify`: content ids, receipts, checkpoints, verdicts."""

import json
from pathlib import Path
from typing import Annotated

import typer

from renkei.client import Client
from renkei.errors import DataRefusedError
from renkei.proof.cid import cid_of_path
from renkei.proof.receipt import parse_receipt
from renkei.proof.trust import parse_trust
from renkei.proof.verify import FolderVerdict, State, verify_folder

app = typer.Typer(help="Content ids, receipts and checkpoints.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print JSON Lines.")]
Existing = Annotated[Path, typer.Argument(exists=True, help="A file, or a folder of files.")]


class NotIntactError(DataRefusedError):
    """Some of the data is withdrawn or tampered; do not use it."""


@app.command()
def cid(path: Existing, *, as_json: Json = False) -> None:
    """Print the IPFS content id of a file, or of each file below a folder."""
    files = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    for file in files:
        name = file.relative_to(path).as_posix() if path.is_dir() else file.name
        found = cid_of_path(file)
        typer.echo(json.dumps({"path": name, "cid": found}) if as_json else f"{found}  {name}")


@app.command()
def receipt(anchor: str, out: Path) -> None:
    """Fetch the receipt of a record into a file."""
    with Client() as client:
        out.write_text(json.dumps(client.get(f"/ledger/anchors/{anchor}/receipt")), "utf-8")


@app.command()
def trust(out: Path) -> None:
    """Fetch the trust bundle: the log's key and the newest list of recalls."""
    with Client() as client:
        out.write_text(json.dumps(client.get("/ledger/trust")), "utf-8")


@app.command()
def checkpoint() -> None:
    """Print the newest signed checkpoint; keep it to hold the platform to its past."""
    with Client() as client:
        typer.echo(client.send("GET", "/api/v1/ledger/checkpoint").text, nl=False)


def verify(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)],
    *,
    receipt: Annotated[Path, typer.Option(exists=True, help="Receipt of the delivery.")],
    trust: Annotated[Path, typer.Option(exists=True, help="Trust bundle of the platform.")],
    as_json: Json = False,
) -> None:
    """Check a delivered folder without a network: intact, withdrawn or tampered, per case and file.

    Exit code 3 when anything is withdrawn or tampered.
    """
    found = verify_folder(
        folder, parse_receipt(receipt.read_bytes()), parse_trust(trust.read_bytes())
    )
    for line in verdict_lines(found, as_json=as_json):
        typer.echo(line)
    if found.state is not State.INTACT:
        raise NotIntactError(f"The folder is {found.state}; see the lines above.")


def verdict_lines(found: FolderVerdict, *, as_json: bool) -> list[str]:
    """Return a line per file that is not intact, a line per case, and the answer."""
    cases = found.cases()
    answer = {
        "state": found.state,
        "cases": {state: list(cases.values()).count(state) for state in State},
        "files": {state: [f.state for f in found.files].count(state) for state in State},
        "recalls_as_of": found.recalls_as_of.isoformat(),
        "log_size": found.log_size,
    }
    if as_json:
        rows = [
            {"path": f.path, "state": f.state, "reason": f.reason, "case": f.case}
            for f in found.files
        ]
        rows += [{"case": case, "state": state} for case, state in sorted(cases.items())]
        return [json.dumps(row) for row in [*rows, answer]]
    bad = [f"{f.state:10} {f.path} ({f.reason})" for f in found.files if f.reason]
    summary = ", ".join(f"{count} {state}" for state, count in answer["cases"].items())  # type: ignore[attr-defined]
    as_of = found.recalls_as_of.strftime("%Y-%m-%d %H:%M UTC")
    return [*bad, f"{found.state}: cases {summary}; recalls as of {as_of}"]
