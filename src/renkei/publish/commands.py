"""`renkei publish …`: split, audit, card and export on a folder, without a server."""

import datetime as dt
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from renkei.errors import UsageError
from renkei.plugins import by_name, collect
from renkei.publish.audit import audit_cases
from renkei.publish.card import CardFacts, croissant
from renkei.publish.card_page import card_page
from renkei.publish.cases import OWN_SPLITS, Folder, read_folder
from renkei.publish.exporters import EXPORTERS
from renkei.publish.represent import represent_cases
from renkei.publish.split import DEFAULT_SHARES, Member, split_patients

app = typer.Typer(help="Split, audit, describe and export a dataset.", no_args_is_help=True)

FolderArgument = Annotated[Path, typer.Argument(exists=True, file_okay=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON Lines.")]


class NotOwnFolderError(UsageError):
    """A frozen version keeps its split."""


@app.command()
def split(
    folder: FolderArgument,
    *,
    key: Annotated[str, typer.Option(help="Any text; the same text gives the same split.")],
    train: Annotated[float, typer.Option(min=0, max=1)] = DEFAULT_SHARES["train"],
    validation: Annotated[float, typer.Option(min=0, max=1)] = DEFAULT_SHARES["validation"],
    hold_out_site: Annotated[bool, typer.Option(help="Keep one whole site for test.")] = False,
    json_lines: Json = False,
) -> None:
    """Give every patient one side and write splits.json into the folder."""
    found = read_folder(folder)
    if found.version_id is not None:
        raise NotOwnFolderError(
            "This folder is a frozen version, which keeps its split; copy its cases for another."
        )
    members = {c.subject: Member(c.subject, c.fact("site"), c.stratum_label) for c in found.cases}
    result = split_patients(
        members.values(),
        key=hashlib.sha256(key.encode()).digest(),
        shares={"train": train, "validation": validation, "test": 1 - train - validation},
        hold_out_site=hold_out_site,
    )
    sides = {case.name: result.sides[case.subject] for case in found.cases}
    (folder / OWN_SPLITS).write_text(json.dumps(sides, indent=2, sort_keys=True) + "\n", "utf-8")
    counts = {side: sum(s == side for s in result.sides.values()) for side in DEFAULT_SHARES}
    _tell({"patients": counts, "notes": list(result.notes)}, json_lines=json_lines)


@app.command()
def audit(folder: FolderArgument, *, json_lines: Json = False) -> None:
    """Look for leaks between the sides; ends with status 3 if there is one."""
    found = read_folder(folder)
    sizes = {case.name: len(found.read(case.image)) for case in found.cases}
    result = audit_cases(found.cases, sizes=sizes)
    for check in result.as_json()["checks"]:
        _tell(check, json_lines=json_lines)
    result.require_clean()


@app.command()
def card(
    folder: FolderArgument,
    target: Annotated[Path, typer.Argument(file_okay=False)],
    *,
    name: Annotated[str, typer.Option()] = "dataset",
    title_en: Annotated[str, typer.Option()] = "Dataset",
    title_ja: Annotated[str, typer.Option()] = "データセット",
    description: Annotated[str, typer.Option()] = "",
    number: Annotated[str, typer.Option()] = "0.0.0",
    tables: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="What `preprocess map` wrote.")
    ] = None,
    public: Annotated[bool, typer.Option(help="No files, no count under ten.")] = False,
) -> None:
    """Write croissant.json, card.en.html and card.ja.html into TARGET."""
    # Only here: to import it takes seconds.
    from renkei.preprocess.clinical.coverage import read_card_lines

    facts = replace(
        _card_facts(read_folder(folder)),
        name=name,
        title={"en": title_en, "ja": title_ja},
        description=description,
        number=number,
        coverage=tuple(read_card_lines(tables)) if tables else (),
    )
    target.mkdir(parents=True, exist_ok=True)
    document = json.dumps(croissant(facts, public=public), indent=2, ensure_ascii=False)
    (target / "croissant.json").write_text(document + "\n", "utf-8")
    (target / "card.en.html").write_text(card_page(facts, "en", public=public), "utf-8")
    (target / "card.ja.html").write_text(card_page(facts, "ja", public=public), "utf-8")


@app.command()
def export(
    folder: FolderArgument,
    target: Annotated[Path, typer.Argument(file_okay=False)],
    *,
    to: Annotated[str, typer.Option(help="nnunet, dicom, or the name of a plug-in.")],
    json_lines: Json = False,
) -> None:
    """Write the cases into TARGET in another format; says what it cannot carry."""
    exporter = by_name(collect(EXPORTERS, "exporters"), to)
    report = exporter.write(read_folder(folder), target)
    told = {"cases": report.cases, "refused": dict(report.refused), "left_out": report.left_out}
    _tell(told, json_lines=json_lines)


def _card_facts(folder: Folder) -> CardFacts:
    lines = b"".join(line.to_bytes() + b"\n" for line in folder.lines)
    listing = "\n".join(f"{c.name} {c.image_sha256}" for c in folder.cases).encode()
    return CardFacts(
        name="",
        title={},
        description="",
        number="",
        version_id=folder.version_id or hashlib.sha256(listing).hexdigest(),
        published=dt.datetime.now(dt.UTC).date(),
        cases=folder.cases,
        representation=represent_cases(folder.cases),
        audit=audit_cases(folder.cases),
        manifest_sha256=hashlib.sha256(lines).hexdigest(),
        manifest_size=len(lines),
    )


def _tell(fact: dict[str, object], *, json_lines: bool) -> None:
    if json_lines:
        typer.echo(json.dumps(fact, ensure_ascii=False))
        return
    typer.echo("  ".join(f"{name}: {value}" for name, value in fact.items()))
