"""Read a DICOM byte stream into elements without interpreting values; doubt is a refusal.

Explicit and implicit VR little endian. Everything is bounded: offsets must grow, nesting and
element counts are capped, lengths are checked against what is there.
"""

import struct
import zlib
from dataclasses import dataclass, field

from pydicom.datadict import dictionary_VR

from renkei.errors import DataRefusedError

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
MAX_DEPTH = 12
MAX_ELEMENTS = 2_000_000
MAX_INFLATED = 1 << 30
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
PIXEL_REPRESENTATION = 0x00280103
PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_LONG = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_SHORT = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())


class MalformedError(DataRefusedError):
    """The bytes are no DICOM object that can be read safely."""


@dataclass(slots=True)
class Element:
    """One element: its value's bytes, or its items when it is a sequence.

    `fragments` is set for encapsulated pixel data: the offset table first.
    """

    tag: int
    vr: str
    value: bytes = b""
    items: "list[list[Element]] | None" = None
    fragments: list[bytes] | None = None


@dataclass(slots=True)
class Parsed:
    """A whole object: meta, elements up to the pixel data, and how much came after them."""

    meta: dict[int, bytes]
    syntax: str
    elements: list[Element]
    pixels: Element | None
    trailing: int
    preamble: bool


@dataclass(slots=True)
class _Cursor:
    data: bytes
    implicit: bool
    seen: int = field(default=0)
    signed: bool = False


def parse(data: bytes) -> Parsed:
    """Read one object.

    Raises:
        MalformedError: It is truncated, nested too deep, out of order or of another encoding.
    """
    try:
        return _parse(data)
    except (struct.error, IndexError, UnicodeDecodeError, zlib.error) as error:
        raise MalformedError("The file is truncated or damaged.", reason="malformed") from error


def _parse(data: bytes) -> Parsed:
    if data[128:132] != b"DICM":
        raise MalformedError("The file is no DICOM object.", reason="not_dicom")
    meta, start = _meta(data)
    syntax = meta.get(0x00020010, b"").rstrip(b"\0 ").decode("ascii")
    if syntax == BIG_ENDIAN or not syntax:
        raise MalformedError("This transfer syntax is not taken.", reason="transfer_syntax")
    if syntax == DEFLATED:
        data, start, syntax = _inflate(data[start:]), 0, EXPLICIT
    cursor = _Cursor(data, implicit=syntax == IMPLICIT)
    elements, offset = _dataset(cursor, start, len(data), 0, top=True)
    pixels = None
    if elements and elements[-1].tag in PIXELS:
        pixels = elements.pop()
    return Parsed(meta, syntax, elements, pixels, len(data) - offset, any(data[:128]))


def _inflate(data: bytes) -> bytes:
    engine = zlib.decompressobj(-15)
    plain = engine.decompress(data, MAX_INFLATED)
    if engine.unconsumed_tail:
        raise MalformedError("The deflated data is too large.", reason="too_large")
    return plain


def _meta(data: bytes) -> tuple[dict[int, bytes], int]:
    meta: dict[int, bytes] = {}
    offset = 132
    while offset + 8 <= len(data) and data[offset : offset + 2] == b"\x02\0":
        tag, vr, length, offset = _header(data, offset, implicit=False)
        if length == UNDEFINED or offset + length > len(data) or vr not in _LONG | _SHORT:
            raise MalformedError("The file meta information is damaged.", reason="malformed")
        meta[tag] = data[offset : offset + length]
        offset += length
    return meta, offset


def _header(data: bytes, offset: int, *, implicit: bool) -> tuple[int, bytes, int, int]:
    group, number = struct.unpack_from("<HH", data, offset)
    tag = group << 16 | number
    if implicit or group == 0xFFFE:
        return tag, b"", struct.unpack_from("<I", data, offset + 4)[0], offset + 8
    vr = data[offset + 4 : offset + 6]
    if vr in _LONG:
        return tag, vr, struct.unpack_from("<I", data, offset + 8)[0], offset + 12
    return tag, vr, struct.unpack_from("<H", data, offset + 6)[0], offset + 8


def _dataset(
    cursor: _Cursor, offset: int, end: int, depth: int, *, top: bool = False, open_end: bool = False
) -> tuple[list[Element], int]:
    if depth > MAX_DEPTH:
        raise MalformedError("The object is nested too deep.", reason="too_deep")
    elements: list[Element] = []
    last = -1
    while offset < end:
        tag, vr, length, value = _header(cursor.data, offset, implicit=cursor.implicit)
        if tag == ITEM_END and open_end:
            return elements, value
        if tag <= last or tag >> 16 in {0, 2, 0xFFFE}:
            raise MalformedError("Elements are out of order or repeated.", reason="out_of_order")
        last = tag
        cursor.seen += 1
        if cursor.seen > MAX_ELEMENTS:
            raise MalformedError("The object has too many elements.", reason="too_many_elements")
        element, offset = _element(cursor, tag, vr, length, value, end, depth)
        elements.append(element)
        if top and tag in PIXELS:
            return elements, offset
    if open_end:
        raise MalformedError("An item has no end.", reason="malformed")
    return elements, offset


def _element(
    cursor: _Cursor, tag: int, vr: bytes, length: int, start: int, end: int, depth: int
) -> tuple[Element, int]:
    if not cursor.implicit and vr not in _LONG | _SHORT:
        raise MalformedError("An element has no valid VR.", reason="bad_vr")
    name = vr.decode("ascii") if vr else _dictionary(tag, signed=cursor.signed)
    if length != UNDEFINED and start + length > end:
        raise MalformedError("An element is longer than the file.", reason="truncated")
    if tag in PIXELS and length == UNDEFINED:
        fragments, offset = _fragments(cursor.data, start, end)
        return Element(tag, "OB", fragments=fragments), offset
    if name == "SQ" or length == UNDEFINED:
        # UN of undefined length holds implicit little endian (PS3.5 6.2.2).
        inner = cursor if name == "SQ" else _Cursor(cursor.data, implicit=True, seen=cursor.seen)
        items, offset = _items(inner, start, length, end, depth)
        return Element(tag, "SQ", items=items), offset
    value = cursor.data[start : start + length]
    if tag == PIXEL_REPRESENTATION:
        cursor.signed = value[:1] == b"\1"
    return Element(tag, name, value), start + length


def _items(
    cursor: _Cursor, offset: int, length: int, end: int, depth: int
) -> tuple[list[list[Element]], int]:
    stop = end if length == UNDEFINED else offset + length
    items: list[list[Element]] = []
    while offset < stop:
        tag, _, size, offset = _header(cursor.data, offset, implicit=True)
        if tag == SEQUENCE_END and length == UNDEFINED:
            return items, offset
        if tag != ITEM or (size != UNDEFINED and offset + size > stop):
            raise MalformedError("A sequence is damaged.", reason="malformed")
        limit = stop if size == UNDEFINED else offset + size
        item, offset = _dataset(cursor, offset, limit, depth + 1, open_end=size == UNDEFINED)
        items.append(item)
    if length == UNDEFINED:
        raise MalformedError("A sequence has no end.", reason="truncated")
    return items, offset


def _fragments(data: bytes, offset: int, end: int) -> tuple[list[bytes], int]:
    fragments: list[bytes] = []
    while offset < end:
        tag, _, size, offset = _header(data, offset, implicit=True)
        if tag == SEQUENCE_END:
            return fragments, offset
        if tag != ITEM or offset + size > end:
            break
        fragments.append(data[offset : offset + size])
        offset += size
    raise MalformedError("The compressed pixel data has no end.", reason="truncated")


def _dictionary(tag: int, *, signed: bool) -> str:
    if tag >> 16 & 1:
        return "UN"
    try:
        names = str(dictionary_VR(tag)).split(" or ")
    except KeyError:
        return "UN"
    # Implicit VR leaves open how a pixel value is read; the picture's own sign decides (PS3.5 A.1).
    return "SS" if signed and "SS" in names else names[0]
