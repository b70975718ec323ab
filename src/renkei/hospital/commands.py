"""`renkei hospital …`: the tool on the ward PC."""

import dataclasses
import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from renkei.client import Client
from renkei.hospital import add as adding
from renkei.hospital.consents import Links, read_consents, read_links
from renkei.hospital.send import send as send_outbox
from renkei.hospital.site import Site, create_site, open_site
from renkei.hospital.status import status_of
from renkei.hospital.vault import opened

app = typer.Typer(help="The hospital's side: find, de-identify, hold, send. Keys never leave.")
Folder = Annotated[Path, typer.Option("--site", help="The site folder.", envvar="RENKEI_SITE")]
Json = Annotated[bool, typer.Option("--json", help="JSON Lines on stdout.")]
Peer = Annotated[str, typer.Option(help="AET@host:port or DICOMweb URL; default: the site's.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="A new folder, on an encrypted disk.")],
    *,
    site: Annotated[UUID, typer.Option(help="The hospital's id on the platform.")],
    server: Annotated[str, typer.Option(help="Address of the platform.")],
    approval: Annotated[str, typer.Option(help="Number of the ethics approval.")],
    agreement: Annotated[str, typer.Option(help="Number of the agreement.")],
    period_start: Day = None,
    period_end: Day = None,
    opt_out_start: Day = None,
    opt_out_end: Day = None,
    ae_title: str = "RENKEI",
    port: int = 11112,
    known: Annotated[list[str] | None, typer.Option(help="AE title that may send.")] = None,
    pacs: Peer = "",
) -> None:
    """Make a site folder with new keys; copy the key file to a safe place."""
    made = create_site(
        Site(
            folder=folder,
            site=site,
            server=server,
            approval=approval,
            agreement=agreement,
            period_start=period_start.date() if period_start else None,
            period_end=period_end.date() if period_end else None,
            opt_out_start=opt_out_start.date() if opt_out_start else None,
            opt_out_end=opt_out_end.date() if opt_out_end else None,
            ae_title=ae_title,
            port=port,
            known_aes=tuple(known or ()),
            pacs=pacs,
        )
    )
    typer.echo(made.key().fingerprint)


@app.command()
def add(
    path: Annotated[Path | None, typer.Argument(help="File or folder; default: the spool.")] = None,
    *,
    site: Folder,
    consent: Annotated[Path | None, typer.Option(help="CSV of consents.")] = None,
    links: Annotated[Path | None, typer.Option(help="CSV: which file is whose.")] = None,
    accept_pixels: Annotated[
        bool, typer.Option(help="A person has looked: no picture shows text.")
    ] = False,
    as_json: Json = False,
) -> None:
    """De-identify files into the outbox; what cannot go is held with a reason."""
    here = open_site(site)
    root = path or here.spool
    consent = consent or root / "consent.csv"
    links = links or root / "links.csv"
    counts: Counter[str] = Counter()
    with opened(here.folder) as vault:
        intake = adding.Intake(
            site=here,
            vault=vault,
            key=here.key(),
            consents=read_consents(consent),
            links=read_links(links) if links.exists() else Links(),
            root=root,
            accept_pixels=accept_pixels,
        )
        for added in adding.add_files(intake):
            counts[added.state] += 1
            line = {"in": str(added.path), "state": added.state, "kind": added.kind}
            reasons = list(added.reasons)
            if as_json:
                typer.echo(json.dumps({**line, "reasons": reasons}))
            else:
                typer.echo(f"{added.state}\t{added.path}\t{', '.join(reasons)}")
            if added.state == "clean" and added.path.parent == here.spool:
                added.path.unlink()
    typer.echo(", ".join(f"{n} {state}" for state, n in sorted(counts.items())), err=True)


@app.command()
def send(*, site: Folder, as_json: Json = False) -> None:
    """Send the outbox; run again after a break, nothing is sent twice."""
    here = open_site(site)
    with opened(here.folder) as vault, Client(here.server) as client:
        for sent in send_outbox(here, vault, client):
            answer = {**dataclasses.asdict(sent), "remote": str(sent.remote)}
            if as_json:
                typer.echo(json.dumps(answer))
            else:
                held = sum(sent.quarantined.values())
                typer.echo(
                    f"batch {sent.batch}: {sent.sent} sent = {sent.stored} stored "
                    f"+ {held} quarantined"
                )


@app.command()
def echo(*, site: Folder, peer: Peer = "") -> None:
    """Ask the archive whether it answers (C-ECHO, or a QIDO-RS of one study)."""
    from renkei.hospital.find import open_archive

    with open_archive(open_site(site), peer) as archive:
        archive.echo()
    typer.echo("the archive answers")


@app.command()
def find(
    rule: Annotated[Path, typer.Argument(help="The extraction rule, a TOML file.")],
    *,
    site: Folder,
    peer: Peer = "",
    move: Annotated[bool, typer.Option(help="C-MOVE to this tool instead of C-GET.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Count; fetch nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Find what a rule wants in the archive and fetch it into the spool; run again to go on."""
    from renkei.hospital import fetch as fetching
    from renkei.hospital import find as finding
    from renkei.hospital.rule import read_rule
    from renkei.hospital.worklist import worklist

    here, wanted = open_site(site), read_rule(rule)
    with finding.open_archive(here, peer, move=move) as archive, worklist(here.folder) as work:
        search = finding.find(here, wanted, archive, work, peer or here.pacs)
        if not dry_run:
            fetching.fetch(here, wanted, archive, work, search)
        counts = work.counts(search)
    if as_json:
        typer.echo(json.dumps(counts))
        return
    if not counts["found"]:
        typer.echo("nothing in the archive matches the rule's dates, modality and IDs")
    for name, value in counts.items():
        for label, number in value.items() if isinstance(value, dict) else [(name, value)]:
            typer.echo(f"{label}: {number}")


@app.command()
def pause(*, site: Folder) -> None:
    """Let fetching rest after the series in hand, in whatever process it runs."""
    _pause(site, on=True)


@app.command()
def resume(*, site: Folder) -> None:
    """Let fetching go on; run 'renkei hospital find' again."""
    _pause(site, on=False)


def _pause(site: Path, *, on: bool) -> None:
    from renkei.hospital.worklist import worklist

    with worklist(open_site(site).folder) as work:
        work.pause(on=on)


@app.command()
def listen(*, site: Folder) -> None:
    """Receive by C-STORE from the application entities that the settings name."""
    from renkei.hospital.listen import listen as run

    run(open_site(site))


@app.command()
def status(*, site: Folder, as_json: Json = False) -> None:
    """Say what was found, what is held and why, and what was sent."""
    here = open_site(site)
    with opened(here.folder) as vault:
        found = dataclasses.asdict(status_of(here, vault))
    if as_json:
        typer.echo(json.dumps(found))
        return
    for name, value in found.items():
        typer.echo(f"{name}: {value}")


@app.command()
def pages(
    *, site: Folder, port: Annotated[int, typer.Option(help="0 = a free port.")] = 8610
) -> None:
    """Show the local pages on this computer only."""
    import uvicorn

    from renkei.hospital.pages.app import build

    open_site(site)
    uvicorn.run(build(site), host="127.0.0.1", port=port, log_level="warning", access_log=False)
