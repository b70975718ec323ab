"""What is known about one patient: names in every spelling, numbers, birth date; and finding them.

Search is done in a folded form (`fold`) that is never stored.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from renkei.deid.dates import BadDateError, parse_day, spellings
from renkei.deid.fold import Span, fold, folded
from renkei.deid.kana import romaji, sound

MIN_LATIN, MIN_DIGITS, MIN_KANJI = 3, 5, 2
MIN_BYTES = 4
MOST_TEXTS, SHORT_TEXT = 256, 64
WORD = 5  # Latin parts of this length are found inside longer words too
SHORT_KANA = 2  # 「りん」 stands in 「りんぱ」
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "cp932", "euc_jp")
_LATIN = re.compile(r"[a-z][a-z'-]*[a-z]")
_KANA = re.compile(r"[ぁ-ゖー]+")
_BESIDE_KANA = (
    "(?<![ぁ-ゖー]){}(?=$|[^ぁ-ゖー]|さん|さま|ちゃん|くん|[はがのをにもとへ](?![ぁ-ゖー]))"
)
_PREFECTURE = re.compile(r"^(?:東京都|北海道|(?:京都|大阪)府|[一-龥]{2,3}県)")
_BLOCKS = re.compile(r"(\d+)丁目(\d+)(?:番地?の?|-)(\d+)号?")
_DASHED = re.compile(r"(\d+)-(\d+)-(\d+)")


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
    def plain(self) -> frozenset[str]:
        """Return what is searched for in folded text: `sounds` and separators are extra."""
        found = {form for name in self.names for form in _name_forms(name, ("",))}
        for number in self.numbers:
            plain = unicodedata.normalize("NFKC", number).strip()
            found |= {plain, plain.lstrip("0"), re.sub(r"[\s-]+", "", plain)}
        for day in self.days:
            try:
                found |= set(spellings(parse_day(day)))
            except BadDateError:
                found.add(day)
        for text in self.texts:
            found |= _address_forms(text.strip())
        return frozenset(form for form in found if _worth(form))

    @cached_property
    def spelled(self) -> frozenset[str]:
        """Return every literal form, names joined and in Latin letters in each usual way."""
        found: set[str] = set()
        for name in self.names:
            found |= _name_forms(name, ("", " ", "^", "_", "　", ", "))
            found |= {r for kana in _KANA.findall(fold(name)) for r in romaji(kana)}
        return self.plain | {form for form in found if _worth(form)}

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """Return one expression that finds any of them in folded text."""
        parts = sorted({p for form in self.plain if (p := _expression(fold(form)))}, reverse=True)
        return re.compile("|".join(parts)) if parts else None

    @cached_property
    def sounds(self) -> frozenset[str]:
        """Return the keys of Japanese names: one for all ways to write them in Latin letters."""
        words = {w for name in self.names for w in _LATIN.findall(fold(name))}
        words |= {r for name in self.names for k in _KANA.findall(fold(name)) for r in romaji(k)}
        return frozenset(key for word in words if len(key := sound(word)) >= MIN_LATIN)

    @cached_property
    def needles(self) -> tuple[bytes, ...]:
        """Return the byte forms that must not stand in any output, ASCII in lower case."""
        found: set[bytes] = set()
        for form in self.spelled:
            for spelling in {form, unicodedata.normalize("NFKC", form)}:
                found |= _encodings(spelling)
        return tuple(sorted(n for n in found if len(n) >= MIN_BYTES))

    def places(self, text: str) -> list[Span]:
        """Return where identifiers stand in a text, in any spelling, also across separators."""
        if self.pattern is None or not text:
            return []
        found = self._searched.get(text)
        if found is None:
            found = self._search(self.pattern, text)
            if len(text) <= SHORT_TEXT and len(self._searched) < MOST_TEXTS:
                self._searched[text] = found
        return list(found)

    @cached_property
    def _searched(self) -> dict[str, list[Span]]:
        # The slices of a series say the same words again and again.
        return {}

    def _search(self, pattern: re.Pattern[str], text: str) -> list[Span]:
        plain = folded(text)
        found = [plain.span(*m.span()) for m in pattern.finditer(plain.text)]
        if self.sounds:
            words = _LATIN.finditer(plain.text)
            found += [plain.span(*m.span()) for m in words if sound(m.group()) in self.sounds]
        joined = plain.joined()
        if joined is not plain:
            found += [joined.span(*m.span()) for m in pattern.finditer(joined.text)]
        return found

    def found_in(self, text: str) -> bool:
        """Tell whether any identifier stands in a text, in any spelling."""
        return bool(self.places(text))


@lru_cache(maxsize=64)
def _joined(one: Identifiers, other: Identifiers) -> Identifiers:
    # One object for all files of a series: its patterns are made once.
    return Identifiers(
        one.names | other.names,
        one.numbers | other.numbers,
        one.days | other.days,
        one.texts | other.texts,
    )


def _name_forms(name: str, separators: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    for group in name.split("="):
        parts = [p.strip() for p in re.split(r"[\^,\s　]+", group) if p.strip()]
        found |= set(parts)
        if 1 < len(parts) <= 3:
            found |= {sep.join(order) for order in (parts, parts[::-1]) for sep in separators}
    return found


def _address_forms(text: str) -> set[str]:
    plain = unicodedata.normalize("NFKC", text)
    forms = {text, plain, _BLOCKS.sub(r"\1-\2-\3", plain)}
    forms |= {_DASHED.sub(r"\1丁目\2番\3号", form) for form in forms}
    return forms | {_PREFECTURE.sub("", form) for form in forms}


def _expression(form: str) -> str:
    if form.isdigit():
        # Written in groups it is the same number.
        return rf"(?<!\d)0*{'[-()]?'.join(form.lstrip('0'))}(?!\d)"
    if form.isascii() and form.isalpha() and len(form) < WORD:
        return rf"(?<![a-z]){re.escape(form)}(?![a-z])"
    if len(form) == SHORT_KANA and _KANA.fullmatch(form):
        return _BESIDE_KANA.format(form)
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
