"""Text as it is compared, never stored, with the way back to the places in the original."""

import re
import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

# A character and the marks that join it: half-width voicing, combining accents.
_CLUSTER = re.compile(r"[^ﾞﾟ\u3099\u309a\u0300-\u036f][ﾞﾟ\u3099\u309a\u0300-\u036f]*|.", re.DOTALL)
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
_KATAKANA = {code: chr(code - 0x60) for code in range(ord("ァ"), ord("ヶ") + 1)}
_SEPARATORS = re.compile(r"[\s\^=,，、・･_]+")
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `at` holds each character's place in the original, None when nothing moved."""

    text: str
    at: tuple[Span, ...] | None = None

    def span(self, start: int, end: int) -> Span:
        """Return where a stretch of the folded text stands in the original."""
        if self.at is None:
            return start, end
        return self.at[start][0], self.at[end - 1][1]

    def joined(self) -> "Folded":
        """Return the text without separators: a name is found across them."""
        kept = [n for n, char in enumerate(self.text) if not _SEPARATORS.fullmatch(char)]
        if len(kept) == len(self.text):
            return self
        at = self.at or tuple((n, n + 1) for n in range(len(self.text)))
        return Folded("".join(self.text[n] for n in kept), tuple(at[n] for n in kept))


def fold(text: str) -> str:
    """Return NFKC, lower case, katakana as hiragana, usual kanji, letters without accents."""
    return folded(text).text


def folded(text: str) -> Folded:
    """Fold a text for comparison with names."""
    return Folded(text.casefold()) if text.isascii() else _mapped(text, _comparable)


def widened(text: str) -> Folded:
    """Return a text in NFKC with plain dashes: full-width digits match as digits."""
    return Folded(text) if text.isascii() else _mapped(text, _plain)


@lru_cache(maxsize=4096)
def _mapped(text: str, change: Callable[[str], str]) -> Folded:
    out: list[str] = []
    at: list[Span] = []
    for found in _CLUSTER.finditer(text):
        new = change(found.group())
        out.append(new)
        at += [found.span()] * len(new)
    return Folded("".join(out), tuple(at))


@lru_cache(maxsize=16384)
def _plain(cluster: str) -> str:
    return unicodedata.normalize("NFKC", cluster).translate(_DASHES)


@lru_cache(maxsize=16384)
def _comparable(cluster: str) -> str:
    plain = "".join(
        unicodedata.normalize("NFD", char)[0] if "À" <= char <= "ỿ" else char
        for char in _plain(cluster).casefold()
    )
    return plain.translate(_KATAKANA).translate(_usual_kanji())


@cache
def _usual_kanji() -> dict[int, str]:
    data = tomllib.loads((files("renkei.deid") / "kanji.toml").read_text("utf-8"))
    pairs = dict(pair for key in ("table", "names") for pair in data[key].split())

    def last(new: str) -> str:
        return last(pairs[new]) if new in pairs else new

    return {ord(old): last(new) for old, new in pairs.items()}
