"""Back the platform up into a folder, and bring it back: rows, bodies and, apart, the keys.

The wrapped keys are a file of their own: an erasure then reaches every backup, by the key file of
a later one. The platform's key, which opens them, is in neither; its folder is kept elsewhere.
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import obstore
import psycopg
from obstore.store import LocalStore, ObjectStore
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from renkei.errors import ConflictError, NotFoundError, PeerUnreachableError
from renkei.server import install, postgres, vault
from renkei.server.keys import KEY_TABLES
from renkei.server.opening import locate
from renkei.settings import Settings

ROWS, KEYS, BODIES = "database.dump", "keys.dump", "objects"


class BackupExistsError(ConflictError):
    """The folder holds something already."""


class NotEmptyError(ConflictError):
    """The platform to restore into has tables."""


class NoBackupError(NotFoundError):
    """The folder is no backup."""


class DumpFailedError(PeerUnreachableError):
    """PostgreSQL's own program could not do it."""


def make_backup(settings: Settings, out: Path) -> int:
    """Write rows, wrapped keys and bodies; return how many bodies.

    Raises:
        BackupExistsError: The folder holds something already.
        DumpFailedError: The database could not be read.
    """
    if out.exists() and any(out.iterdir()):
        raise BackupExistsError("The folder holds something already; name an empty one.")
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _database(settings) as url, psycopg.connect(install.plain_url(url)) as connection:
        # Both files show the same moment, whatever is written meanwhile.
        row = connection.execute("SELECT pg_export_snapshot()").fetchone()
        common = ["--format=custom", "--no-owner", f"--snapshot={row[0] if row else ''}"]
        apart = [f"--exclude-table-data=public.{name}" for name in KEY_TABLES]
        _run("pg_dump", url, [*common, *apart, f"--file={out / ROWS}"])
        only = [f"--table=public.{name}" for name in KEY_TABLES]
        _run("pg_dump", url, [*common, *only, "--data-only", f"--file={out / KEYS}"])
    # After the rows: a body that came meanwhile is one too many, never one too few.
    bodies = vault.open_vault(settings).objects
    return _copy(bodies, LocalStore(prefix=(out / BODIES).absolute(), mkdir=True))


def restore_backup(settings: Settings, backup: Path, *, keys: Path | None = None) -> int:
    """Bring rows, keys and bodies into an empty platform; return how many bodies.

    Raises:
        NoBackupError: The folder or the key file is none.
        NotEmptyError: The platform has tables already.
        KeyDoesNotFitError: The platform's key is not that of the backup.
        DumpFailedError: The database could not be written.
    """
    keys = keys or backup / KEYS
    if not (backup / ROWS).is_file() or not keys.is_file():
        raise NoBackupError("This folder is no backup, or its key file is missing; name both.")
    held = vault.open_vault(settings)
    with _database(settings) as url:
        with psycopg.connect(install.plain_url(url)) as connection:
            tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
            found = connection.execute(tables).fetchone()
        if found is None or found[0]:
            raise NotEmptyError("This platform holds data; restore into a new data folder.")
        _run("pg_restore", url, ["--no-owner", "--section=pre-data", str(backup / ROWS)])
        _run("pg_restore", url, ["--no-owner", "--section=data", str(backup / ROWS)])
        # Between data and its constraints: objects refer to keys, and triggers sleep.
        _run("pg_restore", url, ["--no-owner", "--data-only", str(keys)])
        _run("pg_restore", url, ["--no-owner", "--section=post-data", str(backup / ROWS)])
        _check_key(url, held)
    return _copy(LocalStore(prefix=(backup / BODIES).absolute(), mkdir=True), held.objects)


@contextmanager
def _database(settings: Settings) -> Iterator[str]:
    place = locate(settings)
    try:
        yield place.url
    finally:
        if place.folder is not None:
            postgres.stop(place.folder)


def _run(program: str, url: str, arguments: Sequence[str]) -> None:
    """Run a program of the PostgreSQL wheel; the password is in no command line."""
    where = conninfo_to_dict(install.plain_url(url))
    environment = {**os.environ, "PGPASSWORD": str(where.pop("password", None) or "")}
    address = make_conninfo("", **where)
    command = [str(postgres.program(program)), f"--dbname={address}", "--no-password", *arguments]
    if program == "pg_restore":
        command.insert(1, "--exit-on-error")
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    if done.returncode:
        # Its own words may quote a row.
        raise DumpFailedError(
            f"{program} ended with status {done.returncode}; see that the database answers and is "
            "of this release's major version.",
            status_of_program=done.returncode,
        )


def _check_key(url: str, held: vault.Vault) -> None:
    with psycopg.connect(install.plain_url(url)) as connection:
        row = connection.execute("SELECT site_id, wrapped FROM site_key LIMIT 1").fetchone()
    if row is not None:
        vault.unwrap(bytes(row[1]), held.platform_key, owner=f"site:{row[0]}")


def _copy(source: ObjectStore, target: ObjectStore) -> int:
    copied = 0
    for page in obstore.list(source):
        for found in page:
            # Erased a moment ago: its row is unreadable too.
            with suppress(FileNotFoundError):
                obstore.put(target, found["path"], obstore.get(source, found["path"]).bytes())
                copied += 1
    return copied
