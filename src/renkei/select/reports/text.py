"""The text of a report: one form of letters, with the way back, and its sentences by section."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Section = Literal["body", "history", "question"]

_HALF_MARKS = "\uff9e\uff9f"
_HEADINGS: tuple[tuple[Section, str], ...] = (
    (
        "history",
        r"(?:past |previous )?(?:medical |surgical |clinical )?history|pmhx?|既往歴?|手術歴|病歴",
    ),
    (
        "question",
        (
            r"indications?|reason for (?:exam|examination|study)|clinical (?:information|question"
            r"|indication|details)|technique|依頼目的|検査目的|目的|依頼内容|臨床診断|臨床情報|主訴"
            r"|現病歴|紹介目的"
        ),
    ),
    (
        "body",
        (
            r"findings?|impressions?|conclusions?|results?|comparisons?|report|diagnosis|microscopy"
            r"|gross|所見|診断|印象|結論|画像所見|画像診断|病理診断|肉眼所見|組織所見|検査所見"
        ),
    ),
)
_HEADING = re.compile(
    r"^[ \t]*[\[【<■◆●・#*]*[ \t]*(?:"
    + "|".join(rf"(?P<{name}>{words})" for name, words in _HEADINGS)
    + r")[ \t]*(?:[\]】>]+[ \t]*:?|:|$)",
    re.MULTILINE,
)
# A line goes on in the next one where that begins in the middle: with a small letter or a kana.
_WRAPPED = re.compile(r"(?<![.。:;!?\n])\n(?=[a-zぁ-ん])|(?<=[はをがのにとや、,])\n")
_END = re.compile(r"[。;!?\n]|(?<!\bdr)(?<!\bvs)(?<!\bno)(?<!e\.g)(?<!i\.e)\.(?=\s|$)")
_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龯]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence in the folded text, from `start`."""

    text: str
    start: int
    section: Section

    @property
    def japanese(self) -> bool:
        """Tell by its letters which language's rules it follows."""
        return _JAPANESE.search(self.text) is not None


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in NFKC and small letters; `starts` and `ends` lead each letter back."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Return where a span of the folded text stands in the text as it came."""
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """Fold a text letter by letter, marks with the letter that they belong to."""
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and (text[end] in _HALF_MARKS or unicodedata.combining(text[end])):
            end += 1
        piece = text[at:end].replace("\r", "\n" if text[end : end + 1] != "\n" else " ")
        for letter in unicodedata.normalize("NFKC", piece).lower():
            letters.append(letter)
            starts.append(at)
            ends.append(end)
        at = end
    return Folded("".join(letters), tuple(starts), tuple(ends))


def sentences(folded: str) -> Iterator[Sentence]:
    """Yield the sentences of a folded text; a heading rules until the next one."""
    text = _WRAPPED.sub(" ", folded)
    headings = list(_HEADING.finditer(text))
    section: Section = "body"
    at = 0
    for heading in [*headings, None]:
        end = heading.start() if heading else len(text)
        yield from _split(text, at, end, section)
        if heading:
            section = next(name for name, _ in _HEADINGS if heading[name])
            at = heading.end()


def _split(text: str, start: int, end: int, section: Section) -> Iterator[Sentence]:
    at = start
    # A question's mark belongs to what stands before it, unless it opens the sentence.
    for mark in _END.finditer(text, start, end):
        if mark[0] == "?" and not text[at : mark.start()].strip():
            continue
        stop = mark.end() if mark[0] == "?" else mark.start()
        if text[at:stop].strip():
            yield Sentence(text[at:stop], at, section)
        at = mark.end()
    if text[at:end].strip():
        yield Sentence(text[at:end], at, section)
