"""`renkei hospital …`: the tool on the ward PC."""

import dataclasses
import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from renkei.deid.ocr import NoReaderError
from renkei.hospital import add as adding
from renkei.hospital.consents import read_consents
from renkei.hospital.crosswalk import linked
from renkei.hospital.masks import masking
from renkei.hospital.platform import platform_of
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
    with opened(here.folder) as vault, masking(here, vault) as masks:
        intake = adding.Intake(
            site=here,
            vault=vault,
            key=here.key(),
            consents=read_consents(consent),
            links=linked(here, links, root),
            root=root,
            accept_pixels=accept_pixels,
            covers=masks.covers(),
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
        try:
            if looked := masks.look():
                typer.echo(f"words in pictures: {looked} series to decide on the pages", err=True)
        except NoReaderError as error:
            typer.echo(error.sentence, err=True)


@app.command()
def send(*, site: Folder, as_json: Json = False) -> None:
    """Send the outbox; run again after a break, nothing is sent twice."""
    here = open_site(site)
    with opened(here.folder) as vault, platform_of(here) as client:
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
def certificate(
    *, site: Folder, batch: Annotated[int, typer.Option(help="Number of the batch here.")]
) -> None:
    """Print what the certificate of a sent batch states, as JSON, its signature checked."""
    from renkei.hospital.certificate import read_certificate

    typer.echo(json.dumps(read_certificate(open_site(site), batch), ensure_ascii=False, indent=2))


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
    here.key()
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
def forget(*, site: Folder, as_json: Json = False) -> None:
    """Destroy crosswalk and pseudonym key for ever; asks for the approval's number, typed."""
    from renkei.hospital.forget import CONSEQUENCES, COPIES, confirm, forget_site

    here = open_site(site)
    for _, japanese, english in CONSEQUENCES:
        typer.echo(f"- {japanese}\n  {english}", err=True)
    typer.echo("\n".join(COPIES), err=True)
    confirm(here, typer.prompt("承認番号を入力 / Type the number of the ethics approval", err=True))
    done = dataclasses.asdict(forget_site(here))
    if as_json:
        typer.echo(json.dumps(done))
        return
    typer.echo(", ".join(f"{number} {name}" for name, number in done.items()) + ": destroyed")


@app.command()
def listen(*, site: Folder) -> None:
    """Receive by C-STORE from the application entities that the settings name."""
    from renkei.hospital.listen import listen as run

    here = open_site(site)
    # Without its key, what arrives could never leave.
    here.key()
    run(here)


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


@app.command()
def setup(
    folder: Annotated[Path, typer.Argument(help="The site folder, or a new one.")],
    *,
    port: Annotated[int, typer.Option(help="0 = a free port.")] = 8610,
) -> None:
    """Set a site up step by step on the local pages; also to go on with it later."""
    import uvicorn

    from renkei.hospital.pages.app import build

    typer.echo(f"http://127.0.0.1:{port}/setup", err=True)
    uvicorn.run(build(folder), host="127.0.0.1", port=port, log_level="warning", access_log=False)


@app.command()
def restore_key(*, site: Folder) -> None:
    """Make the pseudonym key again from its printed sheet; asks for every line."""
    from renkei.hospital.sheet import read_sheet, restore_key

    here, lines = open_site(site), []
    while line := typer.prompt("Line of the sheet, empty after the last", "", err=True):
        lines.append(line)
    key = read_sheet(lines, typer.prompt("Fingerprint", err=True))
    with opened(here.folder) as vault:
        restore_key(here, vault, key)
    typer.echo(key.fingerprint)


@app.command("bundle")
def make_bundle(
    *,
    target: Annotated[str, typer.Option(help="win_amd64 or linux_x86_64.")],
    lock: Annotated[Path, typer.Option(help="Packages with hashes: requirements/hospital.txt.")],
    wheel: Annotated[Path, typer.Option(help="The wheel of this tool.")],
    key: Annotated[Path, typer.Option(help="Signing key; made when there is none.")],
    out: Annotated[Path, typer.Option(help="The zip file to write.")],
    python: Annotated[
        Path | None, typer.Option(help="Python for the target, a standalone .tar.gz.")
    ] = None,
) -> None:
    """Make a signed bundle that installs this tool without network; prints the key to trust."""
    from renkei.hospital import bundle

    signer = bundle.bundle_key(key)
    bundle.make_bundle(target, lock, wheel, signer, out, python)
    typer.echo(str(signer.verifier))


@app.command()
def verify_bundle(
    bundle: Annotated[Path, typer.Argument(help="The zip file.")],
    *,
    trust: Annotated[str, typer.Option(help="The key that the operator told you.")],
) -> None:
    """Check that every file of a bundle is what the operator signed."""
    from renkei.proof import bundle as bundles
    from renkei.proof.note import Verifier

    facts = bundles.verify_bundle(bundle, [Verifier.parse(trust)])
    typer.echo(f"{facts.version} {facts.target}: intact")


@app.command()
def watch(*, site: Folder) -> None:
    """Copy files that rest in the watched folders into the spool, until stopped; then run add."""
    import threading

    from renkei.hospital.watch import watching

    here = open_site(site)
    # Without its key, what is taken could never leave.
    here.key()
    with watching(here) as folders:
        folders.run(
            threading.Event(), lambda found: typer.echo(json.dumps(dataclasses.asdict(found)))
        )


@app.command()
def autostart(
    verb: Annotated[str, typer.Argument(help="watch, listen or pages.")],
    *,
    site: Folder,
    system: Annotated[str, typer.Option(help="linux or windows.")],
) -> None:
    """Print the file that starts the tool at log-in of this user."""
    from renkei.hospital.autostart import autostart as file_of

    typer.echo(file_of(open_site(site).folder, verb, system), nl=False)


@app.command()
def support(*, site: Folder, out: Annotated[Path, typer.Option(help="A zip to write.")]) -> None:
    """Write versions, settings, counts and codes for support; it names nobody."""
    from renkei.hospital.support import write_support

    write_support(open_site(site), out)
