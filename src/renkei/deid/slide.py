"""Slides: tiles copied by the kernel, label and macro left behind, no word of the scanner's.

SVS, NDPI, OME-TIFF and tiled TIFF are built anew from what is listed (DESIGN 3.8).
"""

import struct
from collections.abc import Iterator
from pathlib import Path

from renkei.deid.disk import room_on_disk
from renkei.deid.identifiers import Identifiers
from renkei.deid.pseudonym import PseudonymKey, name_file, pseudonym
from renkei.deid.residual import scan
from renkei.deid.result import Kind, Result, State, held
from renkei.deid.slidepages import SUFFIX, WANTED, clean_pages, form_of
from renkei.deid.tiff import DESCRIPTION, SlideRefusedError, Tiff, read_tiff
from renkei.deid.tiffout import write_tiff

END = 1 << 20


def deidentify_slide(
    source: Path, target: Path, key: PseudonymKey, *, patient: str, known: Identifiers | None = None
) -> Result:
    """Write a clean copy of a slide to `target`; the result carries no bytes, the file does."""
    identifiers = known or Identifiers()
    subject = pseudonym(key, "patient", patient)
    try:
        with source.open("rb") as file:
            tiff = read_tiff(file, WANTED)
            form = form_of(tiff)
            dropped = clean_pages(tiff, form)
            if scan(_written(tiff), identifiers):
                return held(Kind.SLIDE, "identifier_left", subject=subject)
            with room_on_disk(), target.open("wb") as out:
                changed = write_tiff(source, file, out, tiff)
    except SlideRefusedError as error:
        return held(Kind.SLIDE, str(error.facts.get("reason", error.code)), subject=subject)
    except EOFError:
        return held(Kind.SLIDE, "truncated", subject=subject)
    except (struct.error, OSError, ValueError):
        return held(Kind.SLIDE, "malformed", subject=subject)
    counts = {"pages_kept": len(tiff.pages), "pages_dropped": dropped, "tiles_cleaned": changed}
    reasons = {"label_dropped": dropped, "comments_removed": changed}
    return Result(
        Kind.SLIDE,
        State.CLEAN,
        name=name_file(key, _ends(target), SUFFIX[form]),
        reasons=tuple(reason for reason, count in reasons.items() if count),
        counts={name: count for name, count in counts.items() if count},
        subject=subject,
    )


def _written(tiff: Tiff) -> bytes:
    """Return every value that is written, to be searched; numbers too."""
    return b"\0".join(entry.raw for page in tiff.every_page() for entry in page.entries.values())


def _ends(path: Path) -> bytes:
    """Return what tells a slide from another: its length, beginning and end."""
    size = path.stat().st_size
    with path.open("rb") as file:
        begin = file.read(END)
        file.seek(max(size - END, 0))
        return size.to_bytes(8, "big") + begin + file.read()


def slide_texts(path: Path) -> Iterator[str]:
    """Yield the descriptions of a slide's pages, label and macro included."""
    with path.open("rb") as file:
        for page in read_tiff(file, WANTED).every_page():
            if DESCRIPTION in page.entries:
                yield page.text()
