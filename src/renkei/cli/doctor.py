"""`renkei doctor`: what is there, what is missing, and what to do about it."""

import asyncio
import importlib.util
import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from renkei import __version__
from renkei.settings import Settings, load_settings, unknown_variables

EXTRAS = {
    "imaging": "SimpleITK",
    "server": "fastapi",
    "dask": "distributed",
    "otlp": "opentelemetry.exporter.otlp.proto.http",
    "ml": "torch",
}
LEAST_FREE = 5 * 2**30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `ok` is None where it is a matter of choice."""

    what: str
    ok: bool | None
    about: str


def doctor(
    *,
    audit: Annotated[bool, typer.Option("--audit", help="Recompute the sealed audit.")] = False,
    data: Annotated[Path | None, typer.Option("--data", help="Folder of the platform.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON Lines.")] = False,
) -> None:
    """Check this installation and say what to do."""
    settings = load_settings(data=data)
    findings = list(look(settings))
    if audit:
        findings.append(asyncio.run(_audit(settings)))
    for finding in findings:
        if as_json:
            typer.echo(json.dumps(asdict(finding), ensure_ascii=False))
        else:
            mark = {True: "ok  ", False: "MEND", None: "note"}[finding.ok]
            typer.echo(f"{mark}  {finding.what}: {finding.about}")
    if any(finding.ok is False for finding in findings):
        raise typer.Exit(1)


def look(settings: Settings) -> Iterator[Finding]:
    """Yield what can be seen without opening the database."""
    version = platform.python_version()
    yield Finding("python", sys.version_info >= (3, 11), version)
    yield Finding("renkei", ok=True, about=__version__)
    for extra, module in EXTRAS.items():
        there = importlib.util.find_spec(module) is not None
        about = "installed" if there else f"pip install 'renkei[{extra}]'"
        yield Finding(f"extra {extra}", ok=True if there else None, about=about)
    for name in unknown_variables():
        yield Finding("environment", ok=False, about=f"{name} is no setting of this release")
    yield _folder(settings.data)
    yield _database(settings)
    chromium = shutil.which("chromium")
    yield Finding(
        "chromium",
        ok=True if chromium else None,
        about=chromium or "only the end-to-end tests need it: apt-get install chromium",
    )


def _folder(data: Path) -> Finding:
    place = next(p for p in (data.absolute(), *data.absolute().parents) if p.exists())
    free = shutil.disk_usage(place).free
    if not os.access(place, os.W_OK):
        return Finding("data folder", ok=False, about="it cannot be written to")
    about = f"{free / 2**30:.0f} GB free"
    return Finding("data folder", ok=free > LEAST_FREE, about=about)


def _database(settings: Settings) -> Finding:
    if settings.database_url is not None:
        return Finding("database", ok=True, about="PostgreSQL by database_url")
    from renkei.server.postgres import LONGEST_PATH

    if len(str(settings.data.absolute() / "pg").encode()) > LONGEST_PATH:
        return Finding("database", ok=False, about="the path of the data folder is too long")
    about = "embedded PostgreSQL: right for one small machine, not for production"
    return Finding("database", ok=None, about=about)


async def _audit(settings: Settings) -> Finding:
    from renkei.server import seal
    from renkei.server.actor import system
    from renkei.server.audit_check import check_audit
    from renkei.server.db import transaction
    from renkei.server.opening import opened

    async with opened(settings), transaction(system("doctor")) as session:
        found = await check_audit(session, seal.install(settings.data))
    if found.intact:
        about = f"intact: {found.sealed} rows under {found.checkpoints} signed checkpoints"
    else:
        about = ", ".join(f"{code} × {n}" for code, n in found.findings.items())
    return Finding("audit", ok=found.intact, about=about)
