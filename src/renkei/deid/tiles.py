"""Tiles and strips of a slide: proved to hold a picture and nothing beside it, or made so.

Nearly every tile of a page begins with the same bytes and holds no marker before its end: that is
seen for thousands at once. Those that differ are taken apart one by one.
"""

import itertools
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.deid.runs import Piece
from renkei.deid.streams import DamagedStreamError, clean_j2k, clean_jpeg, jpeg_head
from renkei.deid.tiff import HEIGHT, WIDTH, Numbers, Page, refuse

COMPRESSION, BITS, SAMPLES, ROWS, PLANAR, TILE_WIDTH, TILE_LENGTH = (
    259,
    258,
    277,
    278,
    284,
    322,
    323,
)
PLAIN, JPEG = frozenset({0, 1}), frozenset({7})
J2K, DEFLATE = frozenset({33003, 33005, 34712}), frozenset({8, 32946})
BATCH, LARGE, MAX_HEAD, BLOCK = 4 << 20, 16 << 20, 1 << 20, 1 << 17
Bytes = NDArray[np.uint8]
# The pieces of each part, where they are not simply its own range.
Changed = dict[int, list[Piece]]


def clean_parts(path: Path, page: Page, parts: Numbers) -> Iterator[tuple[int, Numbers, Changed]]:
    """Yield stretches of the parts: (number of the first, their ranges, what is written else).

    `parts` is (n, 2), sorted by offset. The file is read by two threads while the caller writes.

    Raises:
        SlideRefusedError: A part is not what its compression says, or that is not covered.
    """
    check = _check_for(page)
    batches = list(_batches(parts))
    with ThreadPoolExecutor(2) as pool:
        try:
            found = pool.map(lambda batch: check(path, *batch), batches)
            for (first, ranges), changed in zip(batches, found, strict=True):
                yield first, ranges, changed
        finally:
            pool.shutdown(cancel_futures=True)


def pieces_of(first: int, ranges: Numbers, changed: Changed) -> Iterator[Piece]:
    """Yield runs of neighbours as one range, and in its place what is written else."""
    apart = np.flatnonzero(ranges[1:, 0] != ranges[:-1].sum(axis=1)) + 1
    new = [n - first for n in changed]
    edges = np.unique(np.concatenate([[0, len(ranges)], apart, new, [n + 1 for n in new]]))
    for start, stop in itertools.pairwise(edges.astype(int).tolist()):
        begin = int(ranges[start, 0])
        run: Piece = (begin, int(ranges[stop - 1].sum()) - begin)
        yield from changed.get(first + start) or [run]


def _batches(parts: Numbers) -> Iterator[tuple[int, Numbers]]:
    """Yield (number of the first, parts): what is read at once; a large part is alone."""
    first = 0
    ends = parts.sum(axis=1)
    while first < len(parts):
        reach = int(parts[first, 0]) + BATCH
        last = max(first + 1, int(np.searchsorted(ends, reach, side="right")))
        yield first, parts[first:last]
        first = last


def _check_for(page: Page) -> Callable[[Path, int, Numbers], Changed]:
    compression = page.number(COMPRESSION, 1)
    if compression in JPEG:
        return _check_jpeg
    if compression in J2K:
        return _each(clean_j2k)
    if compression in DEFLATE:
        return _each(_clean_deflated)
    if compression in PLAIN:
        return _plain(page)
    raise refuse("slide_compression_not_covered")


def _each(clean: Callable[[bytes], bytes]) -> Callable[[Path, int, Numbers], Changed]:
    def check(path: Path, first: int, parts: Numbers) -> Changed:
        with path.open("rb") as file:
            changed: Changed = {}
            for n, (offset, size) in enumerate(parts.tolist(), first):
                file.seek(offset)
                data = file.read(size)
                if (new := _cleaned(clean, data)) != data:
                    changed[n] = [new]
            return changed

    return check


def _cleaned(clean: Callable[[bytes], bytes], data: bytes) -> bytes:
    try:
        return clean(data) if data else data
    except DamagedStreamError as error:
        raise refuse("slide_tile_damaged") from error


def _check_jpeg(path: Path, first: int, parts: Numbers) -> Changed:
    start = int(parts[0, 0])
    size = int(parts[-1].sum()) - start
    with path.open("rb", buffering=0) as file:
        if size > LARGE:
            return {first: _check_large(file, start, size)}
        data = _read(file, start, size)
    begins = (parts[:, 0] - start).astype(np.int64)
    ends = begins + parts[:, 1].astype(np.int64)
    changed: Changed = {}
    for n in np.flatnonzero(~_as_the_first(data, begins, ends)).tolist():
        tile = data[begins[n] : ends[n]].tobytes()
        if (new := _cleaned(clean_jpeg, tile)) != tile:
            changed[first + n] = [new]
    return changed


def _as_the_first(data: Bytes, begins: NDArray[Any], ends: NDArray[Any]) -> NDArray[np.bool_]:
    """Tell which tiles have the head of the first and, after it, no marker but the end."""
    try:
        head, kept = jpeg_head(data[: ends[0]][:MAX_HEAD].tobytes())
    except DamagedStreamError:
        head, kept = 0, b""
    if head != len(kept) or not head:
        return np.zeros(len(begins), np.bool_)
    marks = markers(data)
    good: NDArray[np.bool_] = ends - begins >= head + 2
    at = np.where(good, begins, 0)
    good &= (data[at[:, None] + np.arange(head)] == data[:head]).all(axis=1)
    # The first marker behind the head is the end, and it is the last of the tile.
    after = np.searchsorted(marks, at + head)
    found = np.append(marks, -1)[after]
    good &= (found == ends - 2) & (data[np.maximum(ends - 1, 0)] == 0xD9)
    return good


def _check_large(file: Any, offset: int, size: int) -> list[Piece]:
    """Return the pieces of one picture that is too large for memory: a level of an NDPI file."""
    begin = _read(file, offset, min(size, MAX_HEAD)).tobytes()
    try:
        head, kept = jpeg_head(begin)
    except DamagedStreamError as error:
        raise refuse("slide_tile_damaged") from error
    pieces: list[Piece] = [kept] if len(kept) != head else []
    at = offset + head if pieces else offset
    place, end = offset + head, offset + size
    while place < end:
        data = _read(file, place, min(BATCH, end - place))
        for mark in markers(data).tolist():
            if mark + 1 >= len(data) or data[mark + 1] != 0xD9:
                raise refuse("slide_tile_damaged")
            return [*pieces, (at, place + mark + 2 - at)]
        place += max(len(data) - 1, 1)
    return [*pieces, (at, end - at)]


def markers(data: Bytes) -> NDArray[np.int64]:
    """Return where JPEG markers begin, restarts and stuffed bytes left out."""
    found = []
    for start in range(0, len(data), BLOCK):
        block = data[start : start + BLOCK + 1]
        mark = block[:-1] == 0xFF
        mark &= block[1:] != 0
        found.append(np.flatnonzero(mark) + start)
    places = np.concatenate(found) if found else np.empty(0, np.int64)
    after = data[places + 1]
    kept: NDArray[np.int64] = places[(after & 0xF8) != 0xD0]
    return kept


def _clean_deflated(data: bytes) -> bytes:
    unpack = zlib.decompressobj()
    rest = data
    try:
        while rest and not unpack.eof:
            unpack.decompress(rest, BATCH)
            rest = unpack.unconsumed_tail
    except zlib.error as error:
        raise refuse("slide_tile_damaged") from error
    if not unpack.eof:
        raise refuse("truncated")
    return data[: len(data) - len(unpack.unused_data)]


def _plain(page: Page) -> Callable[[Path, int, Numbers], Changed]:
    """Cut what follows the last pixel; `parts` are in the order of the file, not of the picture."""
    samples = 1 if page.number(PLANAR, 1) == 2 else page.number(SAMPLES, 1)
    bits = int(page.numbers(BITS).max(initial=1)) * samples
    tiled = TILE_WIDTH in page.entries
    width = page.number(TILE_WIDTH if tiled else WIDTH)
    rows = (
        page.number(TILE_LENGTH) if tiled else min(page.number(ROWS, 1 << 31), page.number(HEIGHT))
    )
    line = (width * bits + 7) // 8
    whole = line * rows
    last = line * (page.number(HEIGHT) % rows) if rows and not tiled else 0

    def check(_path: Path, first: int, parts: Numbers) -> Changed:
        changed: Changed = {}
        for n, (offset, size) in enumerate(parts.tolist(), first):
            if size in {0, whole, last}:
                continue
            if size < whole:
                raise refuse("truncated")
            changed[n] = [(offset, whole)]
        return changed

    return check


class _Buffer(threading.local):
    """One buffer per thread: a new one each time would cost as much as the look through it."""

    data: Bytes = np.empty(0, np.uint8)


_BUFFER = _Buffer()


def _read(file: Any, offset: int, size: int) -> Bytes:
    """Return bytes of a file until the next call of this thread."""
    if len(_BUFFER.data) < size:
        _BUFFER.data = np.empty(max(size, BATCH), np.uint8)
    data = _BUFFER.data[:size]
    file.seek(offset)
    done = 0
    while done < size:
        got = file.readinto(data[done:])
        if not got:
            raise refuse("truncated")
        done += got
    return data
