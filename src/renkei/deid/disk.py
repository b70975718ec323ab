"""A full disk ends a run with a sentence: what was done stands, the next run does the rest."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from renkei.errors import ConflictError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class DiskFullError(ConflictError):
    """The disk of the output or of the site folder takes no more."""


@contextmanager
def room_on_disk() -> Iterator[None]:
    """Say in a sentence that the disk is full, whoever finds it out.

    Raises:
        DiskFullError: A file or the vault could not be written for want of room.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise _full() from error
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
            raise
        raise _full() from error


def _full() -> DiskFullError:
    return DiskFullError(
        "The disk is full; make room on it and run the same again: nothing is lost, and nothing is "
        "done twice."
    )
