"""Walk the top level of a DICOM file in memory: where each element's value lies.

Values are not parsed and sequences are stepped over, which is most of the time of a full read.
"""

import struct
import zlib
from dataclasses import dataclass

from renkei.errors import DataRefusedError, TooLargeError

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
MAX_BYTES = 2 << 30
MAX_DEPTH = 32

_UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_EXPLICIT = struct.Struct("<HH2sH").unpack_from
_IMPLICIT = struct.Struct("<HHL").unpack_from
_U32 = struct.Struct("<L").unpack_from
# PS3.5 7.1.2: these have two reserved bytes and a length of four.
_LONG = frozenset(
    (b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV")
)


Values = dict[int, tuple[int, int]]


class EmptyFileError(DataRefusedError):
    """The file has no bytes."""


class NotDicomError(DataRefusedError):
    """The file is not DICOM, whatever its name says."""


class TruncatedError(DataRefusedError):
    """The file ends before its content does."""


class FileTooLargeError(TooLargeError):
    """The file, or what it inflates to, is over the limit."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A data set's bytes, its transfer syntax, and (offset, length) of each value by tag.

    A length of -1 means that the value is encapsulated and runs to a delimiter. `start` is where
    the data set begins in the file, `end` where its native pixel data ends in `data`; `meta` are
    the values of the file meta, in the file.
    """

    data: bytes
    transfer_syntax: str
    values: Values
    meta: Values
    start: int
    end: int

    def raw(self, tag: int) -> bytes:
        """Return the bytes of a value; empty when it is absent."""
        offset, length = self.values.get(tag, (0, 0))
        return self.data[offset : offset + length] if length >= 0 else self.data[offset:]

    def text(self, tag: int) -> str:
        """Return a value of the default repertoire without its padding."""
        return self.raw(tag).decode("latin-1").strip(" \0")


def walk(data: bytes, size: int = 0) -> Layout:
    """Find the elements of a file up to and with its pixel data.

    Of a file of `size` bytes, `data` may be the start alone, as far as the pixel data.

    Raises:
        EmptyFileError: There are no bytes.
        NotDicomError: The DICM mark or a transfer syntax that can be walked is missing.
        TruncatedError: An element runs over the end.
        FileTooLargeError: Over 2 GiB, also after inflating.
    """
    if not data:
        raise EmptyFileError("The file is empty; send it again.")
    if len(data) > MAX_BYTES:
        raise FileTooLargeError("The file is larger than 2 GiB.")
    if data[128:132] != b"DICM":
        raise NotDicomError("The file is not DICOM (PS3.10); send the scanner's own file.")
    meta: Values = {}
    start = _elements(data, 132, meta, explicit=True, until_group=2)
    at, length = meta.get(0x00020010, (0, 0))
    syntax = data[at : at + length].decode("latin-1").strip(" \0")
    if not syntax:
        raise NotDicomError("The file does not name its transfer syntax.")
    if syntax == BIG_ENDIAN:
        raise NotDicomError("Big endian files are read by `read_header`, not walked.")
    inside, first = (inflate(data[start:]), 0) if syntax == DEFLATED else (data, start)
    values: Values = {}
    whole = 0 if syntax == DEFLATED else size
    end = _elements(inside, first, values, explicit=syntax != IMPLICIT, size=whole)
    return Layout(inside, syntax, values, meta, start, end)


def inflate(packed: bytes) -> bytes:
    """Inflate a deflated data set (PS3.5 A.5), up to 2 GiB.

    Raises:
        FileTooLargeError: It would become larger.
        TruncatedError: It ends early or is damaged.
    """
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = engine.decompress(packed, min(MAX_BYTES, 200 * len(packed) + (1 << 20)))
    except zlib.error as error:
        raise TruncatedError("The deflated data set is damaged.") from error
    if engine.unconsumed_tail:
        raise FileTooLargeError("The deflated data set inflates over the limit.")
    return data


def _elements(
    data: bytes,
    at: int,
    found: Values,
    *,
    explicit: bool,
    until_group: int = 0,
    size: int = 0,
) -> int:
    end = len(data)
    length: int
    while at + 8 <= end:
        if explicit:
            group, element, vr, length = _EXPLICIT(data, at)
            value = at + 8
            if vr in _LONG:
                if at + 12 > end:
                    raise TruncatedError("The file ends inside an element.")
                (length,) = _U32(data, value)
                value += 4
        else:
            group, element, length = _IMPLICIT(data, at)
            vr, value = b"", at + 8
        if until_group and group != until_group:
            break
        tag = group << 16 | element
        if length == _UNDEFINED:
            found[tag] = (value, -1)
            if tag in PIXELS:
                at = end
                break
            # PS3.5 6.2.2: the content of UN of undefined length is Implicit VR.
            at = _skip_sequence(data, value, explicit=explicit and vr != b"UN", depth=0)
            continue
        if value + length > (size or end if tag in PIXELS else end):
            raise TruncatedError("The file ends inside an element; send it again.")
        found[tag] = (value, length)
        at = value + length
        if tag in PIXELS:
            break
    return at


def _skip_sequence(data: bytes, at: int, *, explicit: bool, depth: int) -> int:
    if depth > MAX_DEPTH:
        raise NotDicomError("Sequences are nested too deeply.")
    while at + 8 <= len(data):
        group, element, length = _IMPLICIT(data, at)
        tag = group << 16 | element
        at += 8
        if tag == _SEQUENCE_END:
            return at
        if tag != _ITEM:
            raise NotDicomError("A sequence holds something that is no item.")
        at = (
            _skip_item(data, at, explicit=explicit, depth=depth)
            if length == _UNDEFINED
            else at + length
        )
    raise TruncatedError("The file ends inside a sequence; send it again.")


def _skip_item(data: bytes, at: int, *, explicit: bool, depth: int) -> int:
    while at + 8 <= len(data):
        group, element, length = _IMPLICIT(data, at)
        if group << 16 | element == _ITEM_END:
            return at + 8
        value, vr = at + 8, b""
        if explicit:
            _, _, vr, length = _EXPLICIT(data, at)
            if vr in _LONG:
                if at + 12 > len(data):
                    break
                (length,) = _U32(data, value)
                value += 4
        if length == _UNDEFINED:
            inside = explicit and vr != b"UN"
            at = _skip_sequence(data, value, explicit=inside, depth=depth + 1)
        else:
            at = value + length
    raise TruncatedError("The file ends inside a sequence item; send it again.")
