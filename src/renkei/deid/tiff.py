"""Read the structure of a TIFF: classic, BigTIFF and NDPI, both byte orders, under limits.

Nothing that a file says of itself is believed: offsets lie inside the file, pages form no loop,
and no picture shares its bytes with another part of the file (TIFF 6.0; BigTIFF; NDPI is classic
TIFF with 8-byte page offsets and the high halves of its values behind each directory).
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from renkei.errors import DataRefusedError

WIDTH, HEIGHT, DESCRIPTION, SUB_PAGES = 256, 257, 270, 330
STRIPS, STRIP_SIZES, TILES, TILE_SIZES = 273, 279, 324, 325
NDPI_MARK = 65420
MAX_PAGES, MAX_ENTRIES, MAX_BYTES, MAX_PARTS = 4096, 200, 1 << 26, 1 << 22
SHORT, LONG, LONG8 = 3, 4, 16
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4,
         16: 8, 17: 8, 18: 8}  # fmt: skip
_WHOLE = {1: "u1", 3: "u2", 4: "u4", 13: "u4", 16: "u8", 18: "u8"}
Numbers = NDArray[np.uint64]


class SlideRefusedError(DataRefusedError):
    """The file is no slide that can be rewritten safely."""


def refuse(reason: str) -> SlideRefusedError:
    """Return the refusal of a slide; the reason says what is wrong with it."""
    return SlideRefusedError("The slide cannot be rewritten safely.", reason=reason)


@dataclass(slots=True)
class Entry:
    """One tag: its type, how many values, and their bytes in the file's byte order."""

    kind: int
    count: int
    raw: bytes


@dataclass(slots=True)
class Page:
    """One directory: the tags that were asked for, and the smaller pages below it."""

    order: str
    entries: dict[int, Entry] = field(default_factory=dict)
    below: list["Page"] = field(default_factory=list)

    def numbers(self, tag: int) -> Numbers:
        """Return the whole numbers of a tag, none where it is missing.

        Raises:
            SlideRefusedError: It holds something else.
        """
        entry = self.entries.get(tag)
        if entry is None:
            return np.empty(0, np.uint64)
        if entry.kind not in _WHOLE:
            raise refuse("malformed")
        return np.frombuffer(entry.raw, self.order + _WHOLE[entry.kind]).astype(np.uint64)

    def number(self, tag: int, default: int = 0) -> int:
        """Return the first whole number of a tag."""
        found = self.numbers(tag)
        return int(found[0]) if found.size else default

    def text(self, tag: int = DESCRIPTION) -> str:
        """Return a tag as text."""
        entry = self.entries.get(tag)
        return entry.raw.rstrip(b"\0").decode("utf-8", "replace") if entry else ""

    @property
    def where(self) -> tuple[int, int]:
        """Return the tags that say where the picture lies: of tiles, else of strips."""
        return (TILES, TILE_SIZES) if TILES in self.entries else (STRIPS, STRIP_SIZES)

    def parts(self) -> NDArray[np.uint64]:
        """Return (n, 2): where each tile or strip begins and how long it is.

        Raises:
            SlideRefusedError: There is no picture, or a length is missing.
        """
        offsets, sizes = (self.numbers(tag) for tag in self.where)
        if not offsets.size or offsets.size != sizes.size or offsets.size > MAX_PARTS:
            raise refuse("malformed")
        return np.stack([offsets, sizes], 1)


@dataclass(slots=True)
class Tiff:
    """A file's pages in order; `taken` are the ranges of its directories and their values."""

    order: str
    big: bool
    ndpi: bool
    size: int
    pages: list[Page] = field(default_factory=list)
    taken: list[tuple[int, int]] = field(default_factory=list)

    def every_page(self) -> Iterator[Page]:
        """Yield the pages and those below them."""
        for page in self.pages:
            yield page
            yield from page.below


def read_tiff(file: BinaryIO, wanted: frozenset[int]) -> Tiff:
    """Return the structure of a file with the tags in `wanted`.

    Raises:
        SlideRefusedError: It is no TIFF, or damaged; `reason` says which.
    """
    reader = _Reader(file, wanted)
    tiff = reader.tiff
    try:
        offset = reader.first
        while offset:
            page, offset = reader.page(offset)
            tiff.pages.append(page)
            for below in page.numbers(SUB_PAGES):
                page.below.append(reader.page(int(below))[0])
    except struct.error as error:
        raise refuse("malformed") from error
    check_ranges(tiff)
    return tiff


def check_ranges(tiff: Tiff) -> None:
    """Refuse pictures that lie outside the file or share bytes with something else.

    Tiles of one page may be the same tile, as scanners write empty glass once.

    Raises:
        SlideRefusedError: They do.
    """
    ranges = [np.array(tiff.taken, np.uint64).reshape(-1, 2)]
    for page in tiff.every_page():
        parts = distinct(page.parts())[0]
        ranges.append(parts[parts[:, 1] > 0])
    last = np.concatenate(ranges[1:] or ranges)
    if (last > tiff.size).any() or (last.sum(axis=1) > tiff.size).any():
        raise refuse("truncated")
    # Directories may share values among themselves: they are read, never copied.
    ranges[0] = _joined(ranges[0])
    every = np.concatenate(ranges)
    every = every[np.argsort(every[:, 0], kind="stable")]
    if (every[1:, 0] < every[:-1].sum(axis=1)).any():
        raise refuse("overlapping")


def distinct(parts: Numbers) -> tuple[Numbers, NDArray[np.intp]]:
    """Return the ranges sorted, each once, and for every part which of them it is."""
    order = np.lexsort((parts[:, 1], parts[:, 0]))
    rows = parts[order]
    new = np.ones(len(rows), np.bool_)
    new[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    back = np.empty(len(rows), np.intp)
    back[order] = np.cumsum(new) - 1
    return rows[new], back


def _joined(ranges: NDArray[np.uint64]) -> NDArray[np.uint64]:
    joined: list[tuple[int, int]] = []
    for start, size in sorted((int(a), int(b)) for a, b in ranges):
        if joined and start <= sum(joined[-1]):
            first = joined[-1][0]
            joined[-1] = (first, max(sum(joined[-1]), start + size) - first)
        else:
            joined.append((start, size))
    return np.array(joined, np.uint64).reshape(-1, 2)


class _Reader:
    """Reads directories, and keeps count of what lies where."""

    def __init__(self, file: BinaryIO, wanted: Iterable[int]) -> None:
        self.file, self.wanted = file, frozenset(wanted)
        self.seen: set[int] = set()
        size = file.seek(0, 2)
        file.seek(0)
        head = file.read(16)
        order = {b"II": "<", b"MM": ">"}.get(head[:2])
        if order is None or len(head) < 16:
            raise refuse("not_tiff")
        version = struct.unpack_from(order + "H", head, 2)[0]
        if version not in {42, 43} or (
            version == 43 and head[4:8] != struct.pack(order + "HH", 8, 0)
        ):
            raise refuse("not_tiff")
        self.tiff = Tiff(order, version == 43, ndpi=False, size=size)
        self.tiff.taken.append((0, 16 if version == 43 else 8))
        self.first = struct.unpack_from(
            order + ("Q" if version == 43 else "I"), head, 8 if version == 43 else 4
        )[0]
        if order == "<" and version == 42:
            self._look_for_ndpi(struct.unpack_from("<Q", head, 4)[0])

    def _look_for_ndpi(self, offset: int) -> None:
        """NDPI is told by its own tag in the first directory, read with 8-byte offsets."""
        if not 8 <= offset <= self.tiff.size:
            return
        self.file.seek(offset)
        count = int.from_bytes(self.file.read(2), "little")
        block = self.file.read(min(count, MAX_ENTRIES) * 12)
        tags = {block[at : at + 2] for at in range(0, len(block), 12)}
        if struct.pack("<H", NDPI_MARK) in tags:
            self.tiff.ndpi, self.first = True, offset

    def page(self, offset: int) -> tuple[Page, int]:
        """Return the directory at an offset and where the next one lies."""
        tiff, file = self.tiff, self.file
        if offset in self.seen or len(self.seen) >= MAX_PAGES:
            raise refuse("page_loop")
        self.seen.add(offset)
        number, entry, inline = ("Q", "HHQ", 8) if tiff.big else ("H", "HHI", 4)
        pointer = "Q" if tiff.big or tiff.ndpi else "I"
        file.seek(offset)
        count = self._unpack(number)
        if count > MAX_ENTRIES:
            raise refuse("too_many_tags")
        width = struct.calcsize(tiff.order + entry) + inline
        block = self._read(count * width)
        following = self._unpack(pointer)
        high = self._read(4 * count) if tiff.ndpi and self._more(4 * count) else bytes(4 * count)
        tiff.taken.append((offset, file.tell() - offset))
        page = Page(tiff.order)
        for n in range(count):
            tag, kind, length = struct.unpack_from(tiff.order + entry, block, n * width)
            value = block[(n + 1) * width - inline : (n + 1) * width]
            if (
                found := self._value(tag, kind, length, value, high[4 * n : 4 * n + 4])
            ) is not None:
                page.entries[tag] = found
        return page, following

    def _value(self, tag: int, kind: int, count: int, value: bytes, high: bytes) -> Entry | None:
        size = SIZES.get(kind, 0) * count
        if tag not in self.wanted:
            # What is not wanted is not read, but no picture may lie over it.
            if size > len(value) and size <= self.tiff.size:
                self.tiff.taken.append((self._offset(value, high), size))
            return None
        if not size or size > MAX_BYTES:
            raise refuse("malformed")
        if size > len(value):
            at = self._offset(value, high)
            if at + size > self.tiff.size:
                raise refuse("truncated")
            self.tiff.taken.append((at, size))
            self.file.seek(at)
            return Entry(kind, count, self._read(size))
        if self.tiff.ndpi and any(high) and kind == LONG and count == 1:
            return Entry(LONG8, 1, value + high)
        return Entry(kind, count, value[:size])

    def _offset(self, value: bytes, high: bytes) -> int:
        if self.tiff.ndpi:
            return int.from_bytes(value + high, "little")
        return int(struct.unpack(self.tiff.order + ("Q" if self.tiff.big else "I"), value)[0])

    def _more(self, size: int) -> bool:
        """Tell whether the high halves are there: files of other makers leave them out."""
        return self.file.tell() + size <= self.tiff.size

    def _read(self, size: int) -> bytes:
        data = self.file.read(size)
        if len(data) < size:
            raise refuse("malformed")
        return data

    def _unpack(self, code: str) -> int:
        code = self.tiff.order + code
        return int(struct.unpack(code, self._read(struct.calcsize(code)))[0])
