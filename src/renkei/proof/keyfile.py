"""Key files that only their owner can read."""

import os
from pathlib import Path

from renkei.errors import ConflictError, DataRefusedError


class KeyExistsError(ConflictError):
    """A key file is never overwritten: what it locked would be lost."""


class KeyExposedError(DataRefusedError):
    """Others may read the key file."""


def write_key_file(path: Path, content: str) -> None:
    """Create `path` with mode 0600, whole or not at all.

    Raises:
        KeyExistsError: There is such a file.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyExistsError("This key file exists; choose another name.") from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(content)


def read_key_file(path: Path) -> str:
    """Return the content of a key file that nobody else can read.

    Raises:
        KeyExposedError: The file's mode lets the group or others in.
    """
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise KeyExposedError("Others can read this key file: chmod 600 it.")
    return path.read_text("ascii")
