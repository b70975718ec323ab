"""Read a DICOM byte stream into elements without interpreting values; doubt is a refusal.

Explicit and implicit VR little endian. Everything is bounded: offsets must grow, nesting and
element counts are capped, lengths are checked against what is there.
"""

import struct
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from mmap import mmap

from pydicom._uid_dict import UID_dictionary
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
_ANY = _LONG | _SHORT
# Those whose value is a run of bytes of a stated length: what nearly every element is.
_SIMPLE = {vr: vr.decode("ascii") for vr in _SHORT}
_NEVER = frozenset({0, 2, 0xFFFE})
_LAST_META, _FIRST_MARK = 0x0002FFFF, 0xFFFE0000
_SPECIAL = PIXELS | {PIXEL_REPRESENTATION}
_EMPTY = bytes(128)
# JPEG XL is newer than the dictionary of pydicom.
_SYNTAXES = frozenset(
    {uid for uid, facts in UID_dictionary.items() if facts[1] == "Transfer Syntax"}
    | {f"1.2.840.10008.1.2.4.{number}" for number in (110, 111, 112)}
)
_EXPLICIT_HEAD = struct.Struct("<HH2sH").unpack_from
_IMPLICIT_HEAD = struct.Struct("<HHI").unpack_from
_LENGTH = struct.Struct("<I").unpack_from


class MalformedError(DataRefusedError):
    """The bytes are no DICOM object that can be read safely."""


@dataclass(slots=True)
class Element:
    """One element: its value's bytes, or its items when it is a sequence.

    `fragments` is set for encapsulated pixel data: the offset table first. Native pixel data is a
    `view` of the input: nobody copies it to read a header.
    """

    tag: int
    vr: str
    value: bytes = b""
    items: "list[list[Element]] | None" = None
    fragments: list[bytes] | None = None
    view: memoryview | None = None


@dataclass(slots=True)
class Parsed:
    """A whole object: meta, elements up to the pixel data, and how much came after them.

    `starts` says where each element begins, the pixel data and the end of the header behind them;
    it is empty when the elements do not stand in the input as they are (deflated).
    """

    meta: dict[int, bytes]
    syntax: str
    elements: list[Element]
    pixels: Element | None
    trailing: int
    preamble: bool
    starts: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Cursor:
    data: bytes | mmap
    implicit: bool
    seen: int = field(default=0)
    signed: bool = False


def parse(data: bytes | mmap) -> Parsed:
    """Read one object.

    Raises:
        MalformedError: It is truncated, nested too deep, out of order or of another encoding.
    """
    try:
        return _parse(data)
    except (struct.error, IndexError, UnicodeDecodeError, zlib.error) as error:
        raise MalformedError("The file is truncated or damaged.", reason="malformed") from error


def _parse(data: bytes | mmap) -> Parsed:
    if data[128:132] != b"DICM":
        raise MalformedError("The file is no DICOM object.", reason="not_dicom")
    meta, start = _meta(data)
    syntax = meta.get(0x00020010, b"").rstrip(b"\0 ").decode("ascii")
    # An unregistered syntax would be carried into the output as it is, whatever it says.
    if syntax == BIG_ENDIAN or syntax not in _SYNTAXES:
        raise MalformedError("This transfer syntax is not taken.", reason="transfer_syntax")
    stands = syntax != DEFLATED
    if not stands:
        data, start, syntax = _inflate(data[start:]), 0, EXPLICIT
    cursor = _Cursor(data, implicit=syntax == IMPLICIT)
    starts: list[int] = []
    elements, offset = _dataset(cursor, start, len(data), 0, starts=starts)
    pixels = None
    if elements and elements[-1].tag in PIXELS:
        pixels = elements.pop()
    trailing, used = len(data) - offset, starts if stands else []
    return Parsed(meta, syntax, elements, pixels, trailing, data[:128] != _EMPTY, used)


def read_element(
    data: bytes | mmap, offset: int, *, implicit: bool, signed: bool
) -> tuple[Element, int]:
    """Read one element of a data set and return it with the offset behind it.

    Raises:
        MalformedError: As for `parse`.
    """
    cursor = _Cursor(data, implicit=implicit, signed=signed)
    try:
        tag, vr, length, value = header(data, offset, implicit=implicit)
        return _element(cursor, tag, vr, length, value, len(data), 0)
    except (struct.error, IndexError) as error:
        raise MalformedError("The file is truncated or damaged.", reason="malformed") from error


def read_pixels(data: bytes | mmap, offset: int, *, implicit: bool) -> tuple[Element, int]:
    """Read the pixel data that begins at the offset; return it with the offset behind it."""
    return read_element(data, offset, implicit=implicit, signed=False)


def _inflate(data: bytes) -> bytes:
    engine = zlib.decompressobj(-15)
    plain = engine.decompress(data, MAX_INFLATED)
    if engine.unconsumed_tail:
        raise MalformedError("The deflated data is too large.", reason="too_large")
    return plain


def _meta(data: bytes | mmap) -> tuple[dict[int, bytes], int]:
    meta: dict[int, bytes] = {}
    offset = 132
    while offset + 8 <= len(data) and data[offset : offset + 2] == b"\x02\0":
        tag, vr, length, offset = header(data, offset, implicit=False)
        if length == UNDEFINED or offset + length > len(data) or vr not in _ANY:
            raise MalformedError("The file meta information is damaged.", reason="malformed")
        meta[tag] = data[offset : offset + length]
        offset += length
    return meta, offset


def header(data: bytes | mmap, offset: int, *, implicit: bool) -> tuple[int, bytes, int, int]:
    """Return tag, VR, length and the offset of the value."""
    if implicit:
        group, number, length = _IMPLICIT_HEAD(data, offset)
        return group << 16 | number, b"", length, offset + 8
    group, number, vr, length = _EXPLICIT_HEAD(data, offset)
    if group == 0xFFFE:
        return group << 16 | number, b"", _LENGTH(data, offset + 4)[0], offset + 8
    if vr in _LONG:
        return group << 16 | number, vr, _LENGTH(data, offset + 8)[0], offset + 12
    return group << 16 | number, vr, length, offset + 8


def _dataset(
    cursor: _Cursor,
    offset: int,
    end: int,
    depth: int,
    *,
    starts: list[int] | None = None,
    open_end: bool = False,
) -> tuple[list[Element], int]:
    if depth > MAX_DEPTH:
        raise MalformedError("The object is nested too deep.", reason="too_deep")
    elements: list[Element] = []
    data, implicit = cursor.data, cursor.implicit
    while offset < end:
        last, offset = _plain(cursor, offset, end, elements, starts)
        if offset >= end:
            break
        tag, vr, length, value = header(data, offset, implicit=implicit)
        if tag == ITEM_END and open_end:
            return elements, value
        if tag <= last or tag >> 16 in _NEVER:
            raise MalformedError("Elements are out of order or repeated.", reason="out_of_order")
        cursor.seen += 1
        if cursor.seen > MAX_ELEMENTS:
            raise MalformedError("The object has too many elements.", reason="too_many_elements")
        if starts is not None:
            starts.append(offset)
        element, offset = _element(cursor, tag, vr, length, value, end, depth)
        elements.append(element)
        if starts is not None and tag in PIXELS:
            return elements, offset
    if open_end:
        raise MalformedError("An item has no end.", reason="malformed")
    return elements, offset


def _plain(
    cursor: _Cursor, offset: int, end: int, elements: list[Element], starts: list[int] | None
) -> tuple[int, int]:
    """Read on while elements are a plain value behind eight bytes, as nearly all are.

    Returns the last tag, -1 before the first, and the offset.
    """
    if cursor.implicit:
        return elements[-1].tag if elements else -1, offset
    data, first, read, known = cursor.data, len(elements), _EXPLICIT_HEAD, _SIMPLE.get
    begun: list[int] = []
    last = elements[-1].tag if elements else _LAST_META
    for _ in range(MAX_ELEMENTS - cursor.seen):
        if offset >= end:
            break
        group, number, vr, length = read(data, offset)
        name = known(vr)
        tag, value = group << 16 | number, offset + 8
        stop = value + length
        if name is None or stop > end or not last < tag < _FIRST_MARK or tag in _SPECIAL:
            break
        begun.append(offset)
        elements.append(Element(tag, name, data[value:stop]))
        last, offset = tag, stop
    cursor.seen += len(elements) - first
    if starts is not None:
        starts += begun
    return elements[-1].tag if elements else -1, offset


def _element(
    cursor: _Cursor, tag: int, vr: bytes, length: int, start: int, end: int, depth: int
) -> tuple[Element, int]:
    if not cursor.implicit and vr not in _ANY:
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
    if tag in PIXELS and depth == 0:
        return Element(
            tag, name, view=memoryview(cursor.data)[start : start + length]
        ), start + length
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
        tag, _, size, offset = header(cursor.data, offset, implicit=True)
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


def _fragments(data: bytes | mmap, offset: int, end: int) -> tuple[list[bytes], int]:
    fragments: list[bytes] = []
    while offset < end:
        tag, _, size, offset = header(data, offset, implicit=True)
        if tag == SEQUENCE_END:
            return fragments, offset
        if tag != ITEM or offset + size > end:
            break
        fragments.append(data[offset : offset + size])
        offset += size
    raise MalformedError("The compressed pixel data has no end.", reason="truncated")


@lru_cache(maxsize=8192)
def _dictionary(tag: int, *, signed: bool) -> str:
    if tag >> 16 & 1:
        return "UN"
    try:
        names = str(dictionary_VR(tag)).split(" or ")
    except KeyError:
        return "UN"
    # Implicit VR leaves open how a pixel value is read; the picture's own sign decides (PS3.5 A.1).
    return "SS" if signed and "SS" in names else names[0]
