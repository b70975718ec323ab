"""Set a site up in six steps, each of which can be taken again: what is done is read, not told."""

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from renkei.client import save_token
from renkei.deid.pseudonym import PseudonymKey
from renkei.errors import ForbiddenError, UsageError
from renkei.hospital.find import open_archive
from renkei.hospital.peer import parse_peer
from renkei.hospital.pilot import pilots_done
from renkei.hospital.platform import platform_of
from renkei.hospital.sheet import WrongSheetError, sheet_lines
from renkei.hospital.site import NoSiteError, Site, create_site, open_site, save_site
from renkei.hospital.vault import now, opened

NOTES = "setup.json"
DATES = ("period_start", "period_end", "opt_out_start", "opt_out_end")
TEXTS = ("server", "approval", "agreement", "pacs", "ae_title")


class BadAnswerError(UsageError):
    """A field of the form cannot be understood."""


class SheetConfirmedError(ForbiddenError):
    """The key was printed; no page shows it any more."""


class OtherSiteError(ForbiddenError):
    """The token is not one of this hospital."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step and when it was done; `at` is empty while it is open."""

    name: str
    at: str


def steps_of(folder: Path) -> list[Step]:
    """Return the six steps in their order."""
    try:
        site = open_site(folder)
    except NoSiteError:
        return [Step(name, "") for name in ("site", "platform", "key", "archive", "pilot", "live")]
    notes = _notes(folder)
    with opened(folder) as vault:
        pilots = pilots_done(site, vault)
    return [
        Step("site", str(site.site)),
        *(Step(name, notes.get(name, "")) for name in ("platform", "key", "archive")),
        Step("pilot", str(pilots) if pilots else ""),
        Step("live", "live" if site.live else ""),
    ]


def set_site(folder: Path, given: dict[str, str]) -> Site:
    """Make the site, or change its settings; a new site is not live.

    Raises:
        BadAnswerError: A field is missing or malformed.
    """
    try:
        wanted: dict[str, Any] = {name: given.get(name, "").strip() for name in TEXTS}
        wanted["site"] = UUID(given.get("site", "").strip())
        for name in DATES:
            text = given.get(name, "").strip()
            wanted[name] = date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadAnswerError(
            "Write the site's number as a UUID and dates as YYYY-MM-DD."
        ) from error
    if not all(wanted[name] for name in ("server", "approval", "agreement", "ae_title")):
        raise BadAnswerError("Fill in the address, both numbers and the AE title.")
    wanted["known_aes"] = tuple(given.get("known_aes", "").replace(",", " ").split())
    if wanted["pacs"]:
        parse_peer(wanted["pacs"])
    try:
        old = open_site(folder)
    except NoSiteError:
        return create_site(Site(folder=folder, live=False, **wanted))
    if old.site != wanted["site"]:
        raise BadAnswerError("This folder is of another site; make a new folder for a new site.")
    site = replace(old, **wanted)
    save_site(site)
    return site


def set_platform(folder: Path, token: str) -> str:
    """Keep the token if it is one of this hospital, and return who it belongs to.

    Raises:
        OtherSiteError: It belongs to somebody else.
        UnauthenticatedError: The platform does not know it.
    """
    site = open_site(folder)
    with platform_of(site, token.strip()) as client:
        me = client.get("/people/me")
    if str(me["organisation"]["id"]) != str(site.site) or me["role"] != "hospital":
        raise OtherSiteError("This token is not one of this hospital; make one on its own page.")
    save_token(site.server, token.strip())
    _note(folder, "platform")
    return str(me["name"])


def confirm_sheet(folder: Path, typed: str) -> None:
    """Note that the printed sheet is there: its last line was typed from it.

    Raises:
        WrongSheetError: It is not that line.
    """
    key = open_site(folder).key()
    wanted = sheet_lines(key)[-1]
    if "".join(typed.upper().split()) not in {
        "".join(wanted.split()),
        "".join(wanted.split()[1:]),
    }:
        raise WrongSheetError("This is not the last line of the sheet; print it, then type it.")
    _note(folder, "key", sheet=key.fingerprint)


def sheet_to_print(folder: Path) -> PseudonymKey:
    """Return the key until its sheet was confirmed; a new epoch has a new sheet.

    Raises:
        SheetConfirmedError: It was: whoever sits at this computer could read the key else.
    """
    key = open_site(folder).key()
    if _notes(folder).get("sheet") == key.fingerprint:
        raise SheetConfirmedError("The sheet was printed and confirmed; it is not shown again.")
    return key


def check_archive(folder: Path) -> None:
    """Note that the archive answers (C-ECHO, or QIDO-RS).

    Raises:
        ArchiveUnreachableError: It does not.
    """
    site = open_site(folder)
    with open_archive(site, site.pacs) as archive:
        archive.echo()
    _note(folder, "archive")


def _notes(folder: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((folder / NOTES).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    return found


def _note(folder: Path, step: str, **more: str) -> None:
    notes = {**_notes(folder), step: now(), **more}
    part = folder / f".{NOTES}.part"
    part.write_text(json.dumps(notes), "utf-8")
    part.replace(folder / NOTES)
