"""The forms of the set-up, and what each does."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from renkei.hospital.onboard import (
    DATES,
    TEXTS,
    check_archive,
    confirm_sheet,
    set_platform,
    set_site,
    sheet_to_print,
    steps_of,
)
from renkei.hospital.pilot import FILES, go_live
from renkei.hospital.sheet import sheet_lines
from renkei.hospital.site import NoSiteError, open_site
from renkei.hospital.vault import opened

Form = Mapping[str, list[str]]
DEFAULTS = {"ae_title": "RENKEI", "server": "https://"}


def setup_of(folder: Path) -> dict[str, Any]:
    """Return what the page of the set-up shows: the steps, and the settings as they stand."""
    try:
        site = open_site(folder)
    except NoSiteError:
        values = DEFAULTS
    else:
        values = {name: str(getattr(site, name) or "") for name in (*TEXTS, *DATES, "site")}
        values["known_aes"] = " ".join(site.known_aes)
    steps = steps_of(folder)
    return {
        "done": {step.name: step.at for step in steps},
        "following": next((step.name for step in steps if not step.at), ""),
        "values": values,
        "pilot_files": FILES,
    }


def sheet_of(folder: Path) -> dict[str, Any]:
    """Return what the printed sheet shows, until it was confirmed."""
    key = sheet_to_print(folder)
    return {
        "site": open_site(folder),
        "lines": sheet_lines(key),
        "fingerprint": key.fingerprint,
    }


def notice_of(folder: Path) -> dict[str, Any]:
    """Return what the public notice shows."""
    return {"site": open_site(folder)}


def taken(folder: Path, step: str) -> Callable[[Form], str]:
    """Return what takes the form of one step."""

    def act(form: Form) -> str:
        given = {name: values[0] for name, values in form.items()}
        if step == "site":
            set_site(folder, given)
        elif step == "platform":
            set_platform(folder, given.get("secret", ""))
        elif step == "key":
            confirm_sheet(folder, given.get("line", ""))
        elif step == "archive":
            check_archive(folder)
        else:
            with opened(folder) as vault:
                go_live(open_site(folder), vault)
        return "/setup"

    return act
