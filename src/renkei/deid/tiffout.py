"""Write a TIFF anew from the pages that stay: BigTIFF, or NDPI where the source is one.

Each page is its picture, then its values, then its directory. Only what stands in a page's entries
is written, so nothing that no tag refers to can come along.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from renkei.deid.runs import Piece, write_pieces
from renkei.deid.tiff import LONG, LONG8, SUB_PAGES, Entry, Numbers, Page, Tiff, distinct, refuse
from renkei.deid.tiles import clean_parts, pieces_of

# Where the restarts of an NDPI picture lie; they hold while not a byte before them is taken out.
RESTARTS = (65426, 65432)
IFD8 = 18


def write_tiff(path: Path, source: BinaryIO, out: BinaryIO, tiff: Tiff) -> int:
    """Write the pages of a TIFF and return how many tiles had to be changed.

    Raises:
        SlideRefusedError: A picture is damaged, or not covered.
    """
    return _Writer(path, source, out, tiff).write()


class _Writer:
    def __init__(self, path: Path, source: BinaryIO, out: BinaryIO, tiff: Tiff) -> None:
        self.path, self.source, self.out, self.tiff = path, source, out, tiff
        self.order, self.changed = tiff.order, 0

    def write(self) -> int:
        mark = b"II" if self.order == "<" else b"MM"
        if self.tiff.ndpi:
            self.out.write(mark + struct.pack("<HQ", 42, 0))
            link = 4
        else:
            self.out.write(mark + struct.pack(self.order + "HHHQ", 43, 8, 0, 0))
            link = 8
        for page in self.tiff.pages:
            start, following = self._page(page)
            end = self.out.tell()
            self.out.seek(link)
            self.out.write(struct.pack(self.order + "Q", start))
            self.out.seek(end)
            link = following
        return self.changed

    def _page(self, page: Page) -> tuple[int, int]:
        """Write a page and those below it; return where it begins and where its successor goes."""
        if page.below:
            starts = np.array([self._page(below)[0] for below in page.below], np.uint64)
            page.entries[SUB_PAGES] = self._longs(starts, IFD8)
        self._picture(page)
        values = {tag: self._value(entry) for tag, entry in sorted(page.entries.items())}
        self.out.write(bytes(-self.out.tell() % 8))
        start = self.out.tell()
        write = self._ndpi_directory if self.tiff.ndpi else self._directory
        return start, write(page, values)

    def _value(self, entry: Entry) -> bytes:
        if len(entry.raw) <= (4 if self.tiff.ndpi else 8):
            return entry.raw.ljust(8, b"\0")
        if self.tiff.ndpi and entry.kind == LONG8:
            return entry.raw
        self.out.write(bytes(-self.out.tell() % 8))
        start = self.out.tell()
        self.out.write(entry.raw)
        return struct.pack(self.order + "Q", start)

    def _directory(self, page: Page, values: dict[int, bytes]) -> int:
        rows = [
            struct.pack(
                self.order + "HHQ8s", tag, page.entries[tag].kind, page.entries[tag].count, v
            )
            for tag, v in values.items()
        ]
        self.out.write(struct.pack(self.order + "Q", len(rows)) + b"".join(rows) + bytes(8))
        return self.out.tell() - 8

    def _ndpi_directory(self, page: Page, values: dict[int, bytes]) -> int:
        rows = []
        for tag, value in values.items():
            entry = page.entries[tag]
            kind = LONG if entry.kind == LONG8 else entry.kind
            rows.append(struct.pack("<HHI4s", tag, kind, entry.count, value[:4]))
        high = b"".join(value[4:8] for value in values.values())
        self.out.write(struct.pack("<H", len(rows)) + b"".join(rows) + bytes(8) + high)
        return self.out.tell() - 8 - len(high)

    def _picture(self, page: Page) -> None:
        """Copy the tiles in the order of the source, each once, and say where they are now."""
        parts = page.parts()
        unique, back = distinct(parts)
        sizes = np.zeros(len(unique), np.uint64)
        filled = np.flatnonzero(unique[:, 1]).astype(np.uint64)
        start, before = self.out.tell(), self.changed
        write_pieces(self.source, self.out, self._pieces(page, unique, filled, sizes))
        offsets = np.where(sizes > 0, start + np.cumsum(sizes) - sizes, 0).astype(np.uint64)
        where, size = page.where
        if self.tiff.ndpi and len(parts) > 1:
            raise refuse("slide_format_not_covered")
        page.entries[where] = self._longs(offsets[back], LONG8)
        page.entries[size] = self._longs(sizes[back], LONG8)
        if self.changed != before:
            for tag in RESTARTS:
                page.entries.pop(tag, None)

    def _pieces(
        self, page: Page, unique: Numbers, filled: Numbers, sizes: Numbers
    ) -> Iterator[Piece]:
        if not filled.size:
            return
        for first, ranges, changed in clean_parts(self.path, page, unique[filled]):
            numbers = filled[first : first + len(ranges)]
            sizes[numbers] = ranges[:, 1]
            for n, pieces in changed.items():
                sizes[filled[n]] = sum(p[1] if isinstance(p, tuple) else len(p) for p in pieces)
                self.changed += 1
            yield from pieces_of(first, ranges, changed)

    def _longs(self, values: Numbers, kind: int) -> Entry:
        return Entry(kind, len(values), values.astype(self.order + "u8").tobytes())
