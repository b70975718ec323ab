"""Aperio slides: tiles copied, label and macro left behind, text and unlisted tags not written.

The output is built anew from what is listed, so nothing that no tag refers to can come along.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from renkei.deid.identifiers import Identifiers
from renkei.deid.pseudonym import PseudonymKey, pseudonym
from renkei.deid.residual import scan
from renkei.deid.result import Kind, Result, State, held
from renkei.deid.streams import strip_comments
from renkei.errors import DataRefusedError

DESCRIPTION, COMPRESSION, TILE_OFFSETS, STRIP_OFFSETS = 270, 259, 324, 273
COUNTS = {TILE_OFFSETS: 325, STRIP_OFFSETS: 279}
JPEG = 7
MAX_PAGES, MAX_ENTRIES, MAX_VALUES = 64, 200, 1 << 24
# Geometry, layout and colour of the picture: nothing else is written (TIFF 6.0, Aperio).
ALLOWED = frozenset(
    {254, 256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 282, 283, 284, 296, 317, 322, 323, 324}
    | {325, 338, 339, 347, 530, 531, 532, 32997, 34675}
)
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4,
          16: 8, 17: 8, 18: 8}  # fmt: skip
_KEYS = frozenset({"AppMag", "MPP", "OriginalWidth", "Originalheight", "OriginalHeight", "Left",
                   "Top", "LineCameraSkew", "LineAreaXOffset", "LineAreaYOffset", "Focus Offset",
                   "DisplayColor", "ExposureTime", "ExposureScale", "Gamma"})  # fmt: skip
_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?")
_LINE = re.compile(
    r"(?:Aperio [A-Za-z ]{1,30} v[\d.]{1,12})|"
    r"[\dx\[\], ()>-]{3,80}(?:(?:JPEG|J2K|JPEG2000|LZW|Deflate)[/A-Z0-9]* ?(?:Q=\d{1,3})?)?;?"
)
_INSTRUMENT = re.compile(r";Aperio [A-Za-z ]{1,30} v[\d.]{1,12}")


class SlideRefusedError(DataRefusedError):
    """The file is no slide that can be rewritten safely."""


@dataclass(slots=True)
class _Entry:
    tag: int
    kind: int
    count: int
    raw: bytes


@dataclass(slots=True)
class _Page:
    entries: dict[int, _Entry] = field(default_factory=dict)

    def text(self) -> str:
        entry = self.entries.get(DESCRIPTION)
        return entry.raw.rstrip(b"\0").decode("latin-1") if entry else ""

    def numbers(self, tag: int) -> list[int]:
        entry = self.entries[tag]
        code = {3: "H", 4: "I", 16: "Q"}.get(entry.kind)
        if code is None:
            raise SlideRefusedError("The slide's offsets are damaged.", reason="malformed")
        return list(struct.unpack(f"<{entry.count}{code}", entry.raw))


def deidentify_slide(
    source: Path, target: Path, key: PseudonymKey, *, patient: str, known: Identifiers | None = None
) -> Result:
    """Write a clean copy of an SVS file to `target`; the result carries no bytes, the file does."""
    identifiers = known or Identifiers()
    subject = pseudonym(key, "patient", patient)
    try:
        with source.open("rb") as file:
            pages = _read_pages(file)
            if not pages or not pages[0].text().startswith("Aperio"):
                return held(Kind.SLIDE, "slide_format_not_covered", subject=subject)
            kept = [page for page in pages if not _shows_label(page)]
            counts = {"pages_kept": len(kept), "pages_dropped": len(pages) - len(kept)}
            with target.open("wb") as out:
                texts = _write(file, out, kept)
    except SlideRefusedError as error:
        return held(Kind.SLIDE, str(error.facts.get("reason", error.code)), subject=subject)
    except (struct.error, OSError, ValueError):
        return held(Kind.SLIDE, "malformed", subject=subject)
    if scan(texts, identifiers):
        return held(Kind.SLIDE, "identifier_left", subject=subject)
    return Result(Kind.SLIDE, State.CLEAN, counts=counts, subject=subject,
                  reasons=("label_dropped",) if counts["pages_dropped"] else ())  # fmt: skip


def _shows_label(page: _Page) -> bool:
    kind = page.numbers(254)[0] if 254 in page.entries else 0
    text = page.text().casefold()
    # Aperio marks the label 1 and the macro 9; a word in the description says it as well.
    return kind in {1, 9} or "label" in text or "macro" in text


def clean_description(text: str) -> str:
    """Return an Aperio description with listed keys and numbers only."""
    head, *pairs = text.split("|")
    lines = []
    for line in re.split(r"[\r\n]+", head):
        plain = _INSTRUMENT.sub("", line.strip())
        if _LINE.fullmatch(plain):
            lines.append(plain)
    kept = ["\r\n".join(lines)]
    for pair in pairs:
        name, _, value = (part.strip() for part in pair.partition("="))
        if name in _KEYS and _NUMBER.fullmatch(value):
            kept.append(f"{name} = {value}")
    return "|".join(kept)


def _read_pages(file: BinaryIO) -> list[_Page]:
    head = file.read(16)
    if head[:4] == b"II*\0":
        big, offset = False, struct.unpack_from("<I", head, 4)[0]
    elif head[:4] == b"II+\0":
        big, offset = True, struct.unpack_from("<Q", head, 8)[0]
    else:
        raise SlideRefusedError("This is no little-endian TIFF.", reason="not_tiff")
    pages: list[_Page] = []
    seen: set[int] = set()
    while offset:
        if offset in seen or len(pages) >= MAX_PAGES:
            raise SlideRefusedError("The slide's pages form a loop.", reason="malformed")
        seen.add(offset)
        page, offset = _read_page(file, offset, big=big)
        pages.append(page)
    return pages


def _read_page(file: BinaryIO, offset: int, *, big: bool) -> tuple[_Page, int]:
    number, entry, pointer = ("<Q", "<HHQ", "<Q") if big else ("<H", "<HHI", "<I")
    inline = 8 if big else 4
    file.seek(offset)
    count = struct.unpack(number, file.read(struct.calcsize(number)))[0]
    if count > MAX_ENTRIES:
        raise SlideRefusedError("A page has too many tags.", reason="malformed")
    page = _Page()
    width = struct.calcsize(entry) + inline
    block = file.read(count * width)
    following = struct.unpack(pointer, file.read(inline))[0]
    for at in range(0, count * width, width):
        tag, kind, length = struct.unpack_from(entry, block, at)
        size = _SIZES.get(kind, 0) * length
        if tag not in ALLOWED and tag != DESCRIPTION:
            continue
        if not size or size > MAX_VALUES:
            raise SlideRefusedError("A tag is damaged.", reason="malformed")
        value = block[at + width - inline : at + width]
        if size > inline:
            file.seek(struct.unpack(pointer, value)[0])
            value = file.read(size)
        page.entries[tag] = _Entry(tag, kind, length, value[:size])
    return page, following


def _write(source: BinaryIO, out: BinaryIO, pages: list[_Page]) -> bytes:
    """Write BigTIFF: data, then tags; return every text that was written."""
    out.write(struct.pack("<2sHHHQ", b"II", 43, 8, 0, 0))
    texts = b""
    link = 8
    for page in pages:
        _copy_data(source, out, page)
        text = clean_description(page.text()).encode("latin-1", "replace") + b"\0"
        texts += text
        page.entries[DESCRIPTION] = _Entry(DESCRIPTION, 2, len(text), text)
        link = _write_tags(out, page, link)
    return texts


def _copy_data(source: BinaryIO, out: BinaryIO, page: _Page) -> None:
    where = next((tag for tag in COUNTS if tag in page.entries), None)
    if where is None or COUNTS[where] not in page.entries:
        raise SlideRefusedError("A page has no picture.", reason="malformed")
    jpeg = page.numbers(COMPRESSION)[0] == JPEG
    placed: dict[tuple[int, int], tuple[int, int]] = {}
    new: list[tuple[int, int]] = []
    for part in zip(page.numbers(where), page.numbers(COUNTS[where]), strict=True):
        if part not in placed:
            source.seek(part[0])
            data = source.read(part[1])
            if len(data) < part[1]:
                raise SlideRefusedError("The slide is cut short.", reason="truncated")
            data = strip_comments(data, "") if jpeg else data
            placed[part] = (out.tell(), len(data))
            out.write(data)
        new.append(placed[part])
    offsets, sizes = zip(*new, strict=True)
    for tag, values in ((where, offsets), (COUNTS[where], sizes)):
        raw = struct.pack(f"<{len(values)}Q", *values)
        page.entries[tag] = _Entry(tag, 16, len(values), raw)


def _write_tags(out: BinaryIO, page: _Page, link: int) -> int:
    entries = []
    for tag in sorted(page.entries):
        entry = page.entries[tag]
        value = entry.raw
        if len(value) > 8:
            out.write(b"\0" * (out.tell() % 2))
            value = struct.pack("<Q", out.tell())
            out.write(entry.raw)
        entries.append(struct.pack("<HHQ8s", tag, entry.kind, entry.count, value))
    out.write(b"\0" * (-out.tell() % 8))
    start = out.tell()
    out.write(struct.pack("<Q", len(entries)) + b"".join(entries) + struct.pack("<Q", 0))
    end = out.tell()
    out.seek(link)
    out.write(struct.pack("<Q", start))
    out.seek(end)
    return end - 8


def slide_texts(path: Path) -> Iterator[str]:
    """Yield the descriptions of a slide's pages, label and macro included."""
    with path.open("rb") as file:
        for page in _read_pages(file):
            yield page.text()
