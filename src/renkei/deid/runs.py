"""Copy ranges of a file by the kernel, without their bytes passing through the program."""

import os
from collections.abc import Iterator
from typing import BinaryIO

CHUNK = 64 << 20
PIECE = 1 << 20
Piece = bytes | tuple[int, int]


def joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Yield pieces with neighbouring ranges as one, so that each run is one call."""
    waiting: tuple[int, int] | None = None
    for piece in pieces:
        if isinstance(piece, bytes):
            if waiting:
                yield waiting
            waiting = None
            yield piece
        elif waiting and sum(waiting) == piece[0] and waiting[1] < CHUNK:
            waiting = (waiting[0], waiting[1] + piece[1])
        else:
            if waiting:
                yield waiting
            waiting = piece
    if waiting:
        yield waiting


def write_pieces(source: BinaryIO, out: BinaryIO, pieces: Iterator[Piece]) -> None:
    """Write bytes and ranges (offset, size) of the source in order, at the end of `out`.

    Raises:
        EOFError: The source ends before a range does.
    """
    for piece in joined(pieces):
        if isinstance(piece, bytes):
            out.write(piece)
        else:
            copy_range(source, out, *piece)


def copy_range(source: BinaryIO, out: BinaryIO, offset: int, size: int) -> None:
    """Append a range of the source to `out`.

    Raises:
        EOFError: The source ends before it.
    """
    start = out.tell()
    for copy in _WAYS:
        # Seeking writes out what is buffered, and puts a way that failed back to its beginning.
        out.seek(start)
        try:
            copy(source, out, offset, size)
        except OSError:
            # Another file system, or a kernel without this call.
            continue
        out.seek(start + size)
        return
    out.seek(start)
    # What fails here too is no matter of the way: the disk is full.
    _by_hand(source, out, offset, size)


def _by_range(source: BinaryIO, out: BinaryIO, offset: int, size: int) -> None:
    start, done = out.tell(), 0
    while done < size:
        moved = os.copy_file_range(
            source.fileno(), out.fileno(), size - done, offset + done, start + done
        )
        if moved == 0:
            raise EOFError
        done += moved


def _by_sendfile(source: BinaryIO, out: BinaryIO, offset: int, size: int) -> None:
    done = 0
    while done < size:
        moved = os.sendfile(out.fileno(), source.fileno(), offset + done, size - done)
        if moved == 0:
            raise EOFError
        done += moved


def _by_hand(source: BinaryIO, out: BinaryIO, offset: int, size: int) -> None:
    source.seek(offset)
    while size:
        data = source.read(min(PIECE, size))
        if not data:
            raise EOFError
        out.write(data)
        size -= len(data)
    out.flush()


# Windows has neither call.
_WAYS = tuple(
    way
    for name, way in (("copy_file_range", _by_range), ("sendfile", _by_sendfile))
    if hasattr(os, name)
)
