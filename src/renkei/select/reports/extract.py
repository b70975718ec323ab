"""Find what a report says of a patient's findings: present, absent, uncertain or historic."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from renkei.select.reports import english, japanese
from renkei.select.reports.cues import Polarity, Term
from renkei.select.reports.text import Section, Sentence, fold, sentences

SCHEME = "ICD-10"
# What one report says of one finding in several places: the first of these that occurs.
ORDER: tuple[Polarity, ...] = ("present", "uncertain", "historic", "absent")


@dataclass(frozen=True, slots=True)
class TextFinding:
    """One mention; `span` of its term and `cue` of what decides lie in the text as it came."""

    name: str
    code: str
    term: str
    polarity: Polarity
    span: tuple[int, int]
    cue: tuple[int, int] | None
    section: Section


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding of the vocabulary."""

    name: str
    code: str
    en: tuple[str, ...]
    ja: tuple[str, ...]
    state: bool = False


@cache
def vocabulary() -> tuple[Entry, ...]:
    """Return the findings that are looked for."""
    text = (resources.files("renkei.select.reports") / "findings.toml").read_text("utf-8")
    return tuple(
        Entry(f["name"], f["code"], tuple(f["en"]), tuple(f["ja"]), f.get("state", False))
        for f in tomllib.loads(text)["finding"]
    )


def findings_in(text: str) -> list[TextFinding]:
    """Return every mention of a finding in a report, in its order."""
    folded = fold(text)
    found: list[TextFinding] = []
    for sentence in sentences(folded.text):
        terms = list(terms_in(sentence.text))
        rules = japanese if sentence.japanese else english
        for term, entries in terms:
            cue = rules.cue_of(sentence.text, term, [other for other, _ in terms])
            span = folded.back(sentence.start + term.start, sentence.start + term.end)
            found += [
                TextFinding(
                    entry.name,
                    entry.code,
                    text[slice(*span)],
                    _in_section(cue.polarity if cue else "present", sentence),
                    span,
                    folded.back(sentence.start + cue.start, sentence.start + cue.end)
                    if cue and cue.end > cue.start
                    else None,
                    sentence.section,
                )
                for entry in entries
            ]
    return found


def spoken_for(found: Sequence[TextFinding]) -> list[TextFinding]:
    """Return one mention per finding: the body speaks before history, and that before a question.

    Among mentions of equal standing present goes before uncertain, historic and absent.
    """
    ranks: tuple[Section, ...] = ("body", "history", "question")
    best: dict[str, TextFinding] = {}
    ordered = sorted(found, key=lambda f: (ranks.index(f.section), ORDER.index(f.polarity)))
    for one in ordered:
        best.setdefault(one.name, one)
    return sorted(best.values(), key=lambda f: f.span)


def terms_in(sentence: str) -> Iterator[tuple[Term, list[Entry]]]:
    """Yield the terms of a folded sentence, the longest where several fit, with their findings."""
    entries = vocabulary()
    at = 0
    while at < len(sentence):
        match = _anything().search(sentence, at)
        if match is None:
            return
        fitting = [
            (found.end(), entry)
            for entry, pattern in zip(entries, _patterns(), strict=True)
            if (found := pattern.match(sentence, match.start()))
        ]
        end = max(stop for stop, _ in fitting)
        own = [entry for stop, entry in fitting if stop == end]
        yield Term(match.start(), end, any(entry.state for entry in own)), own
        at = end


def _in_section(polarity: Polarity, sentence: Sentence) -> Polarity:
    if polarity == "present" and sentence.section == "history":
        return "historic"
    if polarity == "present" and sentence.section == "question":
        return "uncertain"
    return polarity


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(_any_of(entry)) for entry in vocabulary())


@cache
def _anything() -> re.Pattern[str]:
    return re.compile("|".join(_any_of(entry) for entry in vocabulary()))


def _any_of(entry: Entry) -> str:
    # The longest word first: an alternation takes the first that fits.
    words = sorted(entry.en, key=len, reverse=True)
    english = "|".join(word.replace(" ", r"\s+") for word in words)
    kanji = "|".join(sorted(entry.ja, key=len, reverse=True))
    return rf"(?:(?<![a-z])(?:{english})(?![a-z])|{kanji})"
