"""Cut a report into clauses, and say of each what it names and whether it affirms or denies it."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from renkei.annotate.reports.lexicon import (
    CHANGES,
    CLAUSE,
    NOT_ASSESSED,
    PRIOR,
    SIDES,
    certainty_of,
)
from renkei.annotate.reports.numbers import Measure, measures
from renkei.annotate.reports.sections import Language, lines_of
from renkei.annotate.vocabulary import Kind, Side, Term, Vocabulary
from renkei.select.reports import english, japanese
from renkei.select.reports.cues import Polarity
from renkei.select.reports.cues import Term as Word
from renkei.select.reports.extract import findings_in

_OWN_NUMBER = re.compile(r"\s*#?(\d{1,3})(?!\s*(?:\.\d|mm|cm|個|つ|か所|箇所|x|×|\d))")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a section; `named` holds the vocabulary's keys with what is said of each.

    `number` is the lesion's own, as in `lesion 2`; `certainty` from 1, excluded, to 5, definite.
    `carried` means that the lesion was named in the clause before.
    """

    text: str
    section: str
    language: Language
    named: Mapping[str, Polarity]
    sides: frozenset[Side]
    measures: tuple[Measure, ...]
    number: int | None
    certainty: int
    changes: frozenset[str]
    carried: bool = False

    @property
    def speaks_of_prior(self) -> bool:
        """Tell whether it compares with an earlier examination."""
        return bool(PRIOR[self.language].search(self.text)) or bool(self.changes)

    def affirms(self, key: str) -> bool:
        """Tell whether the clause names a key and does not deny it."""
        return key in self.named and self.named[key] != "absent"


def clauses_of(text: str, vocabulary: Vocabulary, language: Language) -> Iterator[Clause]:
    """Yield the clauses of a text; one without a subject carries the lesion of the one before."""
    lesions = {term.key for term in vocabulary.terms if term.kind is Kind.LESION}
    for section, line in lines_of(text, language):
        carried: dict[str, Polarity] = {}
        number: int | None = None
        for part in CLAUSE[language].split(line):
            if not part.strip():
                continue
            clause = _read(part.strip(), section, vocabulary, language)
            own = {key: said for key, said in clause.named.items() if key in lesions}
            if own:
                # "This new lesion" goes on about the one before, without a new word on certainty.
                again = carried.keys() == own.keys() and clause.changes and not clause.measures
                clause = replace(clause, carried=bool(again))
                carried, number = dict.fromkeys(own, "present"), clause.number
            elif carried and (clause.changes or clause.measures) and not findings_in(part):
                named = {**clause.named, **carried}
                clause = replace(clause, named=named, number=number, carried=True)
            yield clause


def _read(part: str, section: str, vocabulary: Vocabulary, language: Language) -> Clause:
    named: dict[str, Polarity] = {}
    number = None
    if not NOT_ASSESSED.search(part):
        words = list(_words(part.casefold(), vocabulary))
        rules = japanese if language == "ja" else english
        for word, term in words:
            cue = rules.cue_of(part.casefold(), word, [other for other, _ in words])
            said: Polarity = cue.polarity if cue else "present"
            # Present once is present: a second mention may only say what it is not.
            if named.get(term.key) in {None, "absent"}:
                named[term.key] = said
            if term.kind is Kind.LESION:
                number = _number(part, word) or number
    return Clause(
        text=part,
        section=section,
        language=language,
        named=named,
        sides=frozenset(s for s, pattern in SIDES[language].items() if pattern.search(part)),
        measures=tuple(measures(part)),
        number=number,
        certainty=certainty_of(part, language),
        changes=changes_in(part, language),
    )


def changes_in(text: str, language: Language) -> frozenset[str]:
    """Return what a clause says of change; a denied growth is no change."""
    table = CHANGES[language]
    found = set()
    if table["unchanged"].search(text):
        found.add("unchanged")
        text = table["unchanged"].sub(" ", text)
    found |= {name for name, pattern in table.items() if pattern.search(text)}
    return frozenset(found)


def _words(part: str, vocabulary: Vocabulary) -> Iterator[tuple[Word, Term]]:
    """Yield where terms are named, the longest name where several fit."""
    found = sorted(
        (
            (match.start(), -match.end(), term)
            for term in vocabulary.terms
            for word in names_of(term)
            for match in re.finditer(pattern_of(word), part)
        ),
        key=lambda one: one[:2],
    )
    end = 0
    for start, stop, term in found:
        if start >= end:
            end = -stop
            yield Word(start, end), term


def names_of(term: Term) -> tuple[str, ...]:
    """Return the names by which reports call a term."""
    return term.ja, term.en, *term.also


def pattern_of(name: str) -> str:
    """Return the pattern of a name in folded text; English ones have a plural."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    if folded.isascii():
        return rf"\b{re.escape(folded)}(?:s|es)?(?![a-z])"
    return re.escape(folded)


def _number(part: str, word: Word) -> int | None:
    after = _OWN_NUMBER.match(part, word.end)
    return int(after[1]) if after else None
