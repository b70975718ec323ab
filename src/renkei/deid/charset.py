"""Text of a DICOM element in the character sets of Japan, decoded leniently."""

import re
import warnings

from pydicom.charset import convert_encodings, decode_bytes

from renkei.errors import DataRefusedError

_ESCAPE = re.compile(rb"(\x1b(?:\$[@B]|\$\([A-Z]|[()][A-Z]))")
_KANJI = frozenset({b"\x1b$B", b"\x1b$@", b"\x1b$(D", b"\x1b(I"})
_JAPANESE = frozenset({"ISO_IR 13", "ISO 2022 IR 13"})
GUESSES = ("utf-8", "cp932", "euc_jp")


class UndecodableError(DataRefusedError):
    """The bytes are no text in any character set that is declared or usual."""


def decode(value: bytes, charsets: tuple[str, ...]) -> str:
    """Return the text of a value as its declared character sets, or else as the usual ones.

    Raises:
        UndecodableError: None of them fits.
    """
    plain = value.rstrip(b"\0 ")
    if b"\x1b" in plain:
        return _escaped(plain, charsets)
    if plain.isascii():
        return plain.decode("ascii")
    for codec in _codecs(charsets):
        try:
            return plain.decode(codec)
        except UnicodeDecodeError:
            continue
    raise UndecodableError("A text is in no known character set.")


def readings(value: bytes) -> tuple[str, ...]:
    """Return what else non-ASCII bytes may mean: text is often declared wrongly, or not at all."""
    if value.isascii() and b"\x1b" not in value:
        return ()
    found = []
    for codec in (*GUESSES, "iso2022_jp_ext", "latin-1"):
        try:
            found.append(value.decode(codec))
        except UnicodeDecodeError:
            continue
    return tuple(found)


def _codecs(charsets: tuple[str, ...]) -> tuple[str, ...]:
    declared = {c for c in charsets if c}
    if "ISO_IR 192" in declared:
        return ("utf-8", "cp932")
    if declared & {"GB18030", "GBK"}:
        return ("gb18030",)
    if declared & _JAPANESE:
        return ("shift_jis", "cp932", "utf-8")
    if declared <= {"ISO_IR 100", "ISO 2022 IR 100", "ISO_IR 6", "ISO 2022 IR 6"}:
        # A set that is not declared is UTF-8 or Shift_JIS more often than Latin.
        return ("utf-8", "latin-1") if declared else (*GUESSES, "latin-1")
    try:
        # Bytes without the escapes that were declared are most often these.
        return (*convert_encodings(sorted(declared)), "utf-8", "cp932")
    except (LookupError, ValueError, TypeError) as error:
        raise UndecodableError("The declared character set is unknown.") from error


def _escaped(value: bytes, charsets: tuple[str, ...]) -> str:
    text = ""
    escape = b""
    for part in _ESCAPE.split(value):
        if part.startswith(b"\x1b"):
            escape = part
            continue
        try:
            if escape in _KANJI:
                text += (escape + part + b"\x1b(B").decode("iso2022_jp_ext")
            elif escape in {b"", b"\x1b(B", b"\x1b(J", b"\x1b)I"}:
                text += part.decode("shift_jis")
            else:
                return _by_pydicom(value, charsets)
        except (UnicodeDecodeError, LookupError, ValueError, UserWarning) as error:
            raise UndecodableError("A text has an unknown escape sequence.") from error
    return text


def _by_pydicom(value: bytes, charsets: tuple[str, ...]) -> str:
    with warnings.catch_warnings():
        # It warns of an escape that it does not know, and then guesses.
        warnings.simplefilter("error")
        return str(decode_bytes(value, convert_encodings(list(charsets)), {0x5C}))
