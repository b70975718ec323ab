"""Which pages of a slide show tissue, and which of their tags are written."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from renkei.deid.icc import clean_icc
from renkei.deid.slidetext import LABEL, clean_aperio, read_ome, write_ome
from renkei.deid.streams import DamagedStreamError, clean_jpeg
from renkei.deid.tiff import (
    DESCRIPTION,
    HEIGHT,
    NDPI_MARK,
    STRIP_SIZES,
    STRIPS,
    SUB_PAGES,
    TILE_SIZES,
    TILES,
    WIDTH,
    Entry,
    Page,
    Tiff,
    refuse,
)  # fmt: skip

SUBFILE, MAKER, TABLES, XMP, ICC, LENS = 254, 271, 347, 700, 34675, 65421
_INTEGER, _RATIO, _FLOAT = frozenset({3, 4, 16}), frozenset({5, 10}), frozenset({11, 12})
# Geometry, layout and colour of the picture: (types, most values). Nothing else is written
# (TIFF 6.0; Aperio's image depth; of NDPI the lens, the place on the glass and the restarts).
TAGS: Mapping[int, tuple[frozenset[int], int]] = MappingProxyType(
    dict.fromkeys(
        (SUBFILE, WIDTH, HEIGHT, 259, 262, 266, 274, 277, 278, 284, 296, 317, 322, 323, 531, 32997),
        (_INTEGER, 1),
    )
    | dict.fromkeys((258, 338, 339), (_INTEGER, 8))
    | {530: (_INTEGER, 2), 282: (_RATIO, 1), 283: (_RATIO, 1), 532: (_RATIO, 6)}
    | dict.fromkeys((STRIPS, STRIP_SIZES, TILES, TILE_SIZES), (_INTEGER, 1 << 22))
)
NDPI_TAGS: Mapping[int, tuple[frozenset[int], int]] = MappingProxyType(
    dict.fromkeys((NDPI_MARK, 65422, 65423, 65424), (_INTEGER | frozenset({9}), 1))
    | {LENS: (_FLOAT, 1), 65426: (_INTEGER, 1 << 24), 65432: (_INTEGER, 1 << 24)}
)
# Read to judge or to rewrite, never written as they are.
_READ = frozenset({DESCRIPTION, SUB_PAGES, TABLES, XMP, ICC})
WANTED = frozenset(TAGS) | frozenset(NDPI_TAGS) | _READ
# Formats whose text is needed to put the picture together, or which keep a label in it.
_NOT_COVERED = ("iscan", "leica-microsystems", "dpufsimport", "medscan")


class Form(StrEnum):
    """Who wrote the file."""

    APERIO = "aperio"
    NDPI = "ndpi"
    OME = "ome"
    GENERIC = "generic"


SUFFIX: Mapping[Form, str] = MappingProxyType(
    {Form.APERIO: ".svs", Form.NDPI: ".ndpi", Form.OME: ".ome.tiff", Form.GENERIC: ".tiff"}
)


def form_of(tiff: Tiff) -> Form:
    """Return who wrote a file.

    Raises:
        SlideRefusedError: Somebody whose files are not covered.
    """
    if not tiff.pages:
        raise refuse("malformed")
    said = "".join(page.text() + page.text(XMP)[:10_000] for page in tiff.pages).casefold()
    if any(word in said for word in _NOT_COVERED):
        raise refuse("slide_format_not_covered")
    if tiff.ndpi:
        return Form.NDPI
    first = tiff.pages[0].text()
    if first.startswith("Aperio"):
        return Form.APERIO
    return Form.OME if "<OME" in first else Form.GENERIC


def clean_pages(tiff: Tiff, form: Form) -> int:
    """Leave the pages of tissue with their listed tags alone; return how many were dropped.

    Raises:
        SlideRefusedError: No page can be proved to show tissue, or a tag is damaged.
    """
    pages = tiff.pages
    labels = [_is_label(page, form) for page in pages]
    images = read_ome(pages[0].text(), len(pages)) if form is Form.OME else []
    for image in images:
        for first, count, _ in image.runs:
            for n in range(first, min(first + count, len(pages))):
                labels[n] = labels[n] or image.label
    left = [page for page, label in zip(pages, labels, strict=True) if not label]
    if not left:
        raise refuse("no_tissue_page")
    base = max(left, key=lambda page: page.number(WIDTH) * page.number(HEIGHT))
    # A label that nobody marked is not as long and wide as the tissue.
    kept = [not label and same_shape(page, base) for page, label in zip(pages, labels, strict=True)]
    texts = [clean_aperio(page.text()) if form is Form.APERIO else "" for page in pages]
    if images:
        texts[kept.index(True)] = write_ome(images, kept)
    for page, text in zip(pages, texts, strict=True):
        _clean_tags(page, text, NDPI_TAGS if form is Form.NDPI else {})
        if form is Form.NDPI:
            # Readers ask for it; the format says as much.
            page.entries[MAKER] = Entry(2, 10, b"Hamamatsu\0")
        page.below = [below for below in page.below if same_shape(below, page)]
        for below in page.below:
            _clean_tags(below, "", {})
    tiff.pages = [page for page, stays in zip(pages, kept, strict=True) if stays]
    return len(pages) - len(tiff.pages)


def _is_label(page: Page, form: Form) -> bool:
    if form is Form.NDPI:
        # The lens is a magnification; -1 is the macro picture and -2 the map of the glass.
        lens = page.entries.get(LENS)
        return lens is None or lens.raw[3:4] > b"\x7f" or not any(lens.raw)
    # Aperio marks the label 1 and the macro 9; a word in the description says it as well.
    marked = form is Form.APERIO and page.number(SUBFILE) in {1, 9}
    return marked or (form is not Form.OME and bool(LABEL.search(page.text())))


def same_shape(page: Page, base: Page) -> bool:
    """Tell whether a page is as wide for its height as another, within a pixel or a twentieth."""
    width, height = page.number(WIDTH), page.number(HEIGHT)
    wide, high = base.number(WIDTH), base.number(HEIGHT)
    if not (0 < width <= wide and 0 < height <= high):
        return False
    across, down = wide * height / high, high * width / wide
    return abs(width - across) <= max(2, across / 20) or abs(height - down) <= max(2, down / 20)


def _clean_tags(page: Page, text: str, more: Mapping[int, tuple[frozenset[int], int]]) -> None:
    kept = {}
    for tag, entry in page.entries.items():
        kinds, most = TAGS.get(tag) or more.get(tag) or (frozenset(), 0)
        if entry.kind in kinds and entry.count <= most:
            kept[tag] = entry
        elif tag in TAGS:
            raise refuse("malformed")
    for tag, clean in _REWRITTEN.items():
        if tag in page.entries and (value := clean(page.entries[tag].raw)):
            kept[tag] = Entry(7, len(value), value)
    if text:
        raw = text.encode("utf-8") + b"\0"
        kept[DESCRIPTION] = Entry(2, len(raw), raw)
    page.entries = kept


def _clean_tables(raw: bytes) -> bytes:
    try:
        return clean_jpeg(raw)
    except DamagedStreamError as error:
        raise refuse("slide_tile_damaged") from error


_REWRITTEN: Mapping[int, Callable[[bytes], bytes | None]] = MappingProxyType(
    {TABLES: _clean_tables, ICC: clean_icc}
)
