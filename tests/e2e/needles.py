"""Find thousands of byte strings in hundreds of megabytes: by their first eight bytes."""

import base64
import hashlib
import unicodedata

import numpy as np

LEAST = 10
MIX = np.uint64(0x9E3779B97F4A7C15)
BITS = np.uint64(64 - 22)


def spellings(text):
    """Yield every byte form under which an identifier may hide."""
    forms = {text, unicodedata.normalize("NFKC", text), text.lstrip("0")}
    for form in forms:
        for codec in ("utf-8", "utf-16-le", "utf-16-be", "iso2022_jp", "cp932", "euc_jp"):
            try:
                raw = form.encode(codec)
            except UnicodeEncodeError:
                continue
            yield raw
            yield raw.hex().encode()
            yield from _base64(raw)
        for name in ("md5", "sha1", "sha256"):
            digest = hashlib.new(name, form.encode())
            yield digest.digest()
            yield digest.hexdigest().encode()


def _base64(raw):
    # A text inside a longer one stands at one of three alignments; its edges depend on neighbours.
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw)
        inner = coded[-(-shift * 4 // 3) + (1 if shift else 0) : -4]
        if len(inner) >= LEAST:
            yield inner


class Needles:
    """All forms of many identifiers, ready to be looked for."""

    def __init__(self, identifiers):
        self.by_prefix = {}
        for identifier in identifiers:
            for form in spellings(identifier):
                if len(form) >= 8:
                    self.by_prefix.setdefault(form[:8], set()).add((form, identifier))
        prefixes = np.frombuffer(b"".join(self.by_prefix), dtype="<u8")
        self.seen = np.zeros(1 << 22, dtype=bool)
        self.seen[(prefixes * MIX) >> BITS] = True

    def find(self, data):
        """Return the identifiers that stand in the bytes."""
        found = set()
        for start in range(8):
            whole = (len(data) - start) // 8
            if whole <= 0:
                continue
            words = np.frombuffer(data, dtype="<u8", count=whole, offset=start)
            for at in np.flatnonzero(self.seen[(words * MIX) >> BITS]):
                place = start + 8 * int(at)
                for form, identifier in self.by_prefix.get(bytes(data[place : place + 8]), ()):
                    if data[place : place + len(form)] == form:
                        found.add(identifier)
        return found
