"""Search an output for what must not be in it: every identifier, in every encoding."""

from collections.abc import Iterable

from renkei.deid.identifiers import Identifiers

NUMBERS = frozenset(b"0123456789")
LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyz")
SHORT = 6


def scan(data: bytes, identifiers: Identifiers, extra: Iterable[str] = ()) -> int:
    """Return how many identifiers stand in the bytes, in any of the usual encodings.

    Raw, zero-stripped, UTF-8/16, ISO-2022-JP, cp932, EUC-JP; `extra` are literal texts such as the
    original UIDs.
    """
    lower = data.lower()
    # Nearly no needle is in the bytes at all: only what is found is looked at closely.
    found = [needle for needle in identifiers.needles if needle in lower]
    hits = sum(_stands(lower, needle) for needle in found)
    return hits + len([
        text for text in extra if len(text) >= SHORT and text.encode("utf-8").lower() in lower
    ])  # fmt: skip


def _stands(data: bytes, needle: bytes) -> bool:
    if needle.isdigit():
        edges = NUMBERS
    elif needle.isalpha() and len(needle) < SHORT:
        edges = LETTERS
    else:
        return needle in data
    start = data.find(needle)
    while start >= 0:
        end = start + len(needle)
        before = start > 0 and data[start - 1] in edges
        after = end < len(data) and data[end] in edges
        if not before and not after:
            return True
        # Leading zeros do not make it another number.
        if before and not after and needle.isdigit() and _only_zeros_before(data, start):
            return True
        start = data.find(needle, start + 1)
    return False


def _only_zeros_before(data: bytes, start: int) -> bool:
    while start > 0 and data[start - 1] == 0x30:
        start -= 1
    return start == 0 or data[start - 1] not in NUMBERS
