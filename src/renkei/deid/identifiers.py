"""What is known about one patient: names in every spelling, numbers, birth date; and finding them.

Search is done in a folded form (NFKC, lower case, katakana as hiragana, no separators) that is
never stored.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from renkei.deid.dates import BadDateError, parse_day, spellings

MIN_LATIN, MIN_DIGITS, MIN_KANJI = 3, 5, 2
MIN_BYTES = 4
WORD = 5  # Latin parts of this length are found inside longer words too
_SEPARATORS = re.compile(r"[\s\^=,，、・･_]+")
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp932", "euc_jp")


def fold(text: str) -> str:
    """Return text as it is compared."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("髙", "高").replace("﨑", "崎")
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in plain)


def _worth(text: str) -> bool:
    if text.isdigit():
        return len(text.lstrip("0")) >= MIN_DIGITS
    return len(text) >= (MIN_LATIN if text.isascii() else MIN_KANJI)


@dataclass(frozen=True)
class Identifiers:
    """The identifiers of one patient, raw; folded patterns are made when first asked for."""

    names: frozenset[str] = field(default_factory=frozenset)
    numbers: frozenset[str] = field(default_factory=frozenset)
    days: frozenset[str] = field(default_factory=frozenset)
    texts: frozenset[str] = field(default_factory=frozenset)

    def __or__(self, other: "Identifiers") -> "Identifiers":
        """Return both together."""
        return _joined(self, other)

    @cached_property
    def spelled(self) -> frozenset[str]:
        """Return every literal form: parts and joins of names, numbers, days, other texts."""
        found: set[str] = set()
        for name in self.names:
            found |= _name_forms(name)
        for number in self.numbers:
            plain = unicodedata.normalize("NFKC", number).strip()
            found |= {plain, plain.lstrip("0"), re.sub(r"[\s-]+", "", plain)}
        for day in self.days:
            try:
                found |= set(spellings(parse_day(day)))
            except BadDateError:
                found.add(day)
        found |= {text.strip() for text in self.texts}
        return frozenset(form for form in found if _worth(form))

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """Return one expression that finds any of them in folded text."""
        parts = sorted({p for form in self.spelled if (p := _expression(fold(form)))})
        return re.compile("|".join(parts)) if parts else None

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        """Return the byte forms that must not stand in any output, ASCII in lower case."""
        found: set[bytes] = set()
        for form in self.spelled:
            for spelling in {form, unicodedata.normalize("NFKC", form)}:
                found |= _encodings(spelling)
        return tuple(sorted(n for n in found if len(n) >= MIN_BYTES))

    def found_in(self, text: str) -> bool:
        """Tell whether any identifier stands in a text, in any spelling."""
        if self.pattern is None or not text:
            return False
        folded = fold(text)
        return bool(self.pattern.search(folded) or self.pattern.search(_SEPARATORS.sub("", folded)))


@lru_cache(maxsize=64)
def _joined(one: Identifiers, other: Identifiers) -> Identifiers:
    # One object for all files of a series: its patterns are made once.
    return Identifiers(
        one.names | other.names,
        one.numbers | other.numbers,
        one.days | other.days,
        one.texts | other.texts,
    )


def _name_forms(name: str) -> set[str]:
    found: set[str] = set()
    for group in re.split(r"=", name):
        parts = [p.strip() for p in re.split(r"[\^,\s　]+", group) if p.strip()]
        found |= set(parts)
        if 1 < len(parts) <= 3:
            for order in (parts, parts[::-1]):
                found |= {sep.join(order) for sep in ("", " ", "^", "_", "　", ", ")}
    return found


def _expression(form: str) -> str:
    if form.isdigit():
        return rf"(?<!\d)0*{re.escape(form.lstrip('0'))}(?!\d)"
    if form.isascii() and form.isalpha() and len(form) < WORD:
        return rf"(?<![a-z]){re.escape(form)}(?![a-z])"
    return re.escape(form)


def _encodings(form: str) -> set[bytes]:
    found: set[bytes] = set()
    for codec in _ENCODINGS:
        try:
            found.add(form.encode(codec).lower())
        except UnicodeEncodeError:
            continue
    if not form.isascii():
        try:
            # Without the escapes: a longer text holds it in the middle of a kanji run.
            inner = form.encode("iso2022_jp").replace(b"\x1b$B", b"").replace(b"\x1b(B", b"")
            found.add(inner.lower())
        except UnicodeEncodeError:
            pass
    return found


def known(
    *,
    names: Iterable[str] = (),
    numbers: Iterable[str] = (),
    days: Iterable[str] = (),
    texts: Iterable[str] = (),
) -> Identifiers:
    """Return identifiers from whatever source holds them, empty values left out."""
    return Identifiers(
        *(frozenset(v.strip() for v in values if v and v.strip())
          for values in (names, numbers, days, texts))
    )  # fmt: skip
