"""The bytes of a file as they are at one moment: nobody can cut them short while they are read."""

import mmap
import os
import tempfile
from pathlib import Path

from renkei.deid.parse import MalformedError
from renkei.deid.runs import copy_range

# A mapped file that another program shortens kills the process that reads it (SIGBUS); so what fits
# is read, and of what does not, a copy of our own is mapped.
IN_MEMORY = 64 << 20


def read_whole(path: Path, scratch: Path | None = None) -> bytes | mmap.mmap:
    """Return the bytes of a file; a large one is mapped from a nameless copy in `scratch`.

    Without `scratch` it is read, however large it is.

    Raises:
        MalformedError: The file became shorter meanwhile.
    """
    with path.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        if scratch is None or size <= IN_MEMORY:
            return file.readall()
        if os.name == "nt":  # it refuses to shorten a mapped file
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        with tempfile.TemporaryFile(dir=scratch) as copy:
            try:
                copy_range(file, copy, 0, size)
            except EOFError as error:
                raise MalformedError("The file is truncated.", reason="truncated") from error
            return mmap.mmap(copy.fileno(), 0, access=mmap.ACCESS_READ)
