"""A bundle for support: versions, settings, counts and codes; nothing that names anybody."""

import json
import platform
import re
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from renkei import __version__
from renkei.deid.profile import load_profile
from renkei.hospital.onboard import steps_of
from renkei.hospital.site import Site
from renkei.hospital.status import status_of
from renkei.hospital.vault import opened
from renkei.hospital.worklist import worklist

NAME = "support.json"
PACKAGES = ("pydicom", "pynetdicom", "numpy", "imagecodecs", "cryptography", "httpx2")
# Shown as they are; of every other setting only whether it is set.
SHOWN = frozenset({
    "profile", "port", "pull_rate", "pull_hours", "find_cap", "deface", "connections",
    "send_mbit", "wire", "watch_rest", "live",
})  # fmt: skip
_CODE = re.compile(r"[a-z0-9_]{1,60}")


def support_facts(site: Site) -> dict[str, Any]:
    """Return what support needs; reasons are codes, batches and searches are counts."""
    with opened(site.folder) as vault:
        status = status_of(site, vault)
    with worklist(site.folder) as work:
        searches = [work.counts(row["id"]) for row in work.searches()]
    return {
        "renkei": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "packages": {name: version(name) for name in PACKAGES},
        "rules_sha256": load_profile(site.profile).sha256,
        "settings": {f.name: _shown(site, f.name) for f in fields(site)},
        "setup": {step.name: bool(step.at) for step in steps_of(site.folder)},
        "spooled": status.spooled,
        "found": status.found,
        "patients": status.patients,
        "waiting": status.waiting,
        "sent": status.sent,
        "held": {_codes(code): n for code, n in status.held.items()},
        "batches": [
            {"state": row["state"], "at": row["at"], "answer": _counts(row["answer"])}
            for row in status.batches
        ],
        "searches": [_counts(row) for row in searches],
    }


def write_support(site: Site, out: Path) -> None:
    """Write the bundle: one JSON file in a zip, to be read before it is passed on."""
    text = json.dumps(support_facts(site), indent=2)
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr(NAME, text)


def _shown(site: Site, name: str) -> object:
    value = getattr(site, name)
    return value if name in SHOWN else bool(value)


def _codes(text: str) -> str:
    """Return reason codes; what is not one is not passed on."""
    return ",".join(c if _CODE.fullmatch(c) else "not_a_code" for c in text.split(","))


def _counts(value: Any) -> Any:
    """Keep numbers and the codes they stand for."""
    if isinstance(value, dict):
        return {_codes(str(k)): _counts(v) for k, v in value.items()}
    return value if isinstance(value, int | float) or value is None else "…"
