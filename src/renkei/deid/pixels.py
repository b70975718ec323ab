"""Pixel data as bytes, clamped and masked; and which pictures may show text."""

import struct
from dataclasses import dataclass

import numpy as np

from renkei.deid import encode
from renkei.deid.parse import Element
from renkei.deid.source import Source
from renkei.deid.streams import strip_comments
from renkei.errors import DataRefusedError

FLOAT_PIXELS = {0x7FE00008: 32, 0x7FE00009: 64}
# Screens and scanned films: text stands in the picture as a rule.
_RISKY_CLASSES = {
    "1.2.840.10008.5.1.4.1.1.6.1": "ultrasound",
    "1.2.840.10008.5.1.4.1.1.3.1": "ultrasound",
    "1.2.840.10008.5.1.4.1.1.7": "secondary_capture",
    "1.2.840.10008.5.1.4.1.1.7.2": "secondary_capture",
    "1.2.840.10008.5.1.4.1.1.7.3": "secondary_capture",
    "1.2.840.10008.5.1.4.1.1.7.4": "secondary_capture",
    "1.2.840.10008.5.1.4.1.1.12.1": "angiography",
    "1.2.840.10008.5.1.4.1.1.1": "radiograph",
}
_RISKY_TYPES = ("SCREEN", "CAPTURE", "REPORT", "DOSE", "PROTOCOL", "LABEL", "OVERVIEW", "RESULT")


Part = bytes | memoryview


class PixelsRefusedError(DataRefusedError):
    """The pixel data does not fit its own description."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How native pixel data is laid out; bits per stored value."""

    rows: int
    columns: int
    samples: int
    frames: int
    allocated: int
    stored: int
    high: int
    signed: bool
    photometric: str

    @property
    def size(self) -> int:
        """Return the bytes that the picture fills."""
        bits = self.rows * self.columns * self.samples * self.frames * self.allocated
        if self.photometric == "YBR_FULL_422" and self.samples == 3:
            bits = bits * 2 // 3
        return (bits + 7) // 8


def read_layout(elements: list[Element]) -> Layout:
    """Return the layout that the Image Pixel module describes.

    Raises:
        PixelsRefusedError: A part of the description is missing.
    """
    found = {e.tag: e.value for e in elements}

    def number(tag: int, default: int | None = None) -> int:
        value = found.get(tag, b"")
        if len(value) >= 2:
            return int(struct.unpack_from("<H", value)[0])
        if default is None:
            raise PixelsRefusedError("The picture is not described.", reason="pixels_undescribed")
        return default

    frames = found.get(0x00280008, b"").strip(b" \0") or b"1"
    if not frames.isdigit():
        raise PixelsRefusedError("The picture is not described.", reason="pixels_undescribed")
    allocated = number(0x00280100)
    stored = number(0x00280101, allocated)
    return Layout(
        rows=number(0x00280010),
        columns=number(0x00280011),
        samples=number(0x00280002, 1),
        frames=int(frames),
        allocated=allocated,
        stored=stored,
        high=number(0x00280102, stored - 1),
        signed=number(0x00280103, 0) == 1,
        photometric=found.get(0x00280004, b"").strip(b" \0").decode("ascii", "replace"),
    )


def clean_pixels(pixels: Element, layout: Layout, syntax: str) -> tuple[list[Part], list[str]]:
    """Return the encoded pixel element in parts and what was cut off it.

    A native picture that needs no change is a view of the input, for the kernel to copy.

    Raises:
        PixelsRefusedError: There are fewer bytes than the picture needs, or no picture.
    """
    if pixels.fragments is not None:
        cleaned = [strip_comments(f, syntax) for f in pixels.fragments[1:]]
        if not any(cleaned):
            raise PixelsRefusedError("There is no picture.", reason="no_pixel_data")
        changed = cleaned != pixels.fragments[1:]
        return [encode.encapsulated(pixels.tag, cleaned)], ["comments_removed"] if changed else []
    if layout.size == 0:
        raise PixelsRefusedError("There is no picture.", reason="no_pixel_data")
    given = memoryview(pixels.value) if pixels.view is None else pixels.view
    if len(given) < layout.size:
        raise PixelsRefusedError("The picture is cut short.", reason="pixels_truncated")
    reasons = ["pixels_clamped"] if len(given) > layout.size + 1 else []
    value: Part = given[: layout.size]
    if pixels.tag not in FLOAT_PIXELS and (masked := _mask(given[: layout.size], layout)):
        reasons.append("unused_bits_cleared")
        value = masked
    vr = "OB" if layout.allocated == 8 else "OW"
    head = encode.long_head(pixels.tag, vr, layout.size + layout.size % 2)
    return [head, value, b"\0"] if layout.size % 2 else [head, value], reasons


def _mask(value: memoryview, layout: Layout) -> bytes | None:
    """Return the picture without what hides in its unused bits, or None when nothing does."""
    if layout.allocated not in {8, 16, 32} or layout.stored >= layout.allocated:
        return None
    # Old overlays hide above and below the stored bits. A signed value fills the bits above with
    # its sign, so the sign is what is put back there.
    low = layout.high - layout.stored + 1
    kind = np.dtype(f"<i{layout.allocated // 8}" if layout.signed else f"<u{layout.allocated // 8}")
    found = np.frombuffer(value, kind)
    if low == 0 and 0 <= layout.high < layout.allocated and _fits(found, layout):
        return None
    up = layout.allocated - 1 - layout.high
    clean = ((found << up) >> up >> low) << low
    return None if np.array_equal(found, clean) else clean.astype(kind).tobytes()


def _fits(found: np.ndarray, layout: Layout) -> bool:
    """Tell in one pass whether every value lies in the stored range: most pictures do."""
    if layout.signed:
        return bool(found.min() >= -(1 << layout.high) and found.max() < 1 << layout.high)
    return bool(found.max() < 1 << (layout.high + 1))


def text_risk(source: Source, layout: Layout | None) -> str | None:
    """Return why a picture may show text, or None; the flag alone is not trusted to say no."""
    if layout is None:
        return None
    if kind := _RISKY_CLASSES.get(source.sop_class):
        return f"may_show_text_{kind}"
    if source.burned_in == "YES":
        return "may_show_text_flagged"
    if any(word in part for part in source.image_type for word in _RISKY_TYPES):
        return "may_show_text_image_type"
    if source.modality in {"CT", "MR", "PT"} and layout.samples > 1:
        return "may_show_text_colour"
    return None
