"""Check a report against its facts, by rules alone: sizes, sides, organs, counts, denials.

The text is normalised by NFKC first: full-width digits and units hide half of the sizes in
Japanese reports.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from renkei.annotate.facts import Facts, LesionFact
from renkei.annotate.report import Language
from renkei.annotate.vocabulary import Kind, Side, Term, Vocabulary, load_vocabulary

HEADINGS: dict[Language, tuple[str, ...]] = {
    "ja": ("検査情報", "所見", "診断", "推奨"),
    "en": ("Examination", "Findings", "Diagnosis", "Recommendation"),
}
FINDINGS, DIAGNOSIS = 1, 2
_NUMBER = r"(\d+(?:\.\d+)?)"
_CROSS = re.compile(
    rf"{_NUMBER}\s*(?:mm|cm)?\s*[x×*]\s*{_NUMBER}\s*(mm|cm)(?![23²³])", re.IGNORECASE
)
_RANGE = re.compile(rf"{_NUMBER}\s*[-~〜–]\s*{_NUMBER}\s*(mm|cm)(?![23²³])", re.IGNORECASE)
_SIZE = re.compile(rf"{_NUMBER}\s*(mm|cm)(?![23²³])", re.IGNORECASE)
_VOLUME = re.compile(rf"{_NUMBER}\s*(mL|cc|cm[3³])", re.IGNORECASE)
_AREA = re.compile(rf"{_NUMBER}\s*mm[2²]", re.IGNORECASE)
_DENIED = {
    "ja": re.compile(
        r"認め(?:ない|ず|ません|なかった|られない|られません)|(?<!少)な[しい]|無し|ありません|(?:指摘|同定)でき"
    ),
    "en": re.compile(
        r"\b(?:no|not|without|absent|absence|negative|free of|denied|never)\b", re.IGNORECASE
    ),
}
_SIDES = {
    "ja": {Side.LEFT: re.compile(r"左(?!葉)"), Side.RIGHT: re.compile(r"右(?!葉)")},
    "en": {
        Side.LEFT: re.compile(r"\bleft\b(?! lobe)", re.IGNORECASE),
        Side.RIGHT: re.compile(r"\bright\b(?! lobe)", re.IGNORECASE),
    },
}
_COUNT = {
    "ja": re.compile(r"(?P<n>\d+)\s*(?:個|つ|か所|箇所|ヶ所)"),
    "en": re.compile(
        r"\b(?P<n>\d+|one|two|three|four|five|six)\s+(?P<what>[a-z]+(?: [a-z]+)?)", re.IGNORECASE
    ),
}
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_CLAUSE = {"ja": re.compile(r"。|\n|;|が、"), "en": re.compile(r"\.(?=\s|$)|\n|;|, but ")}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that the text says other than the facts: a code, a label, the words."""

    code: str
    key: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause of a section with what it names."""

    text: str
    section: int
    denied: bool
    terms: frozenset[str]
    sides: frozenset[Side]
    sizes: tuple[float, ...]


def check_report(text: str, facts: Facts, language: Language) -> tuple[Problem, ...]:
    """Return what contradicts the facts or is missing; nothing means that the text fits.

    Sizes fit within max(1 mm, 5 %), volumes within max(0.1 mL, 5 %).
    """
    vocabulary = load_vocabulary(facts.vocabulary)
    clauses = list(_clauses(text, vocabulary, language))
    found = [
        Problem("section_missing", words=heading)
        for n, heading in enumerate(HEADINGS[language])
        if n in {FINDINGS, DIAGNOSIS} and not any(c.section == n for c in clauses)
    ]
    told = [c for c in clauses if c.section in {FINDINGS, DIAGNOSIS}]
    found += _missing(told, facts)
    for clause in told:
        found += _numbers(clause, facts)
        found += _places(clause, facts, vocabulary)
        found += _denials(clause, facts, vocabulary)
        found += _counts(clause, facts, vocabulary, language)
    found += _unfounded(told, vocabulary)
    return tuple(dict.fromkeys(found))


def _clauses(text: str, vocabulary: Vocabulary, language: Language) -> Iterator[_Clause]:
    section = 0
    headings = {heading.casefold(): n for n, heading in enumerate(HEADINGS[language])}
    for line in unicodedata.normalize("NFKC", text).splitlines():
        plain = line.strip().strip("【】[]#:* ").casefold()
        if plain in headings:
            section = headings[plain]
            continue
        carried: frozenset[str] = frozenset()
        for part in _CLAUSE[language].split(line):
            if part.strip():
                clause = _read(part, section, vocabulary, language)
                carried = clause.terms or carried
                yield replace(clause, terms=clause.terms or carried)


def _read(part: str, section: int, vocabulary: Vocabulary, language: Language) -> _Clause:
    return _Clause(
        text=part.strip(),
        section=section,
        denied=_DENIED[language].search(part) is not None,
        terms=frozenset(t.key for t in vocabulary.terms if _names(part, t)),
        sides=frozenset(s for s, pattern in _SIDES[language].items() if pattern.search(part)),
        sizes=tuple(_sizes(part)),
    )


def _names(text: str, term: Term) -> bool:
    for word in (term.ja, term.en, *term.also):
        if word.isascii():
            if re.search(rf"\b{re.escape(word)}(?:s|es)?\b", text, re.IGNORECASE):
                return True
        elif unicodedata.normalize("NFKC", word) in text:
            return True
    return False


def _sizes(text: str) -> Iterator[float]:
    """Yield the sizes in mm: both of `a × b`, both ends of a range, single ones."""
    for pattern in (_CROSS, _RANGE):
        for match in pattern.finditer(text):
            scale = 10.0 if match[3].lower() == "cm" else 1.0
            yield from (float(match[1]) * scale, float(match[2]) * scale)
        text = pattern.sub(" ", text)
    for match in _SIZE.finditer(text):
        yield float(match[1]) * (10.0 if match[2].lower() == "cm" else 1.0)


def _fits(value: float, fact: float, least: float) -> bool:
    return abs(value - fact) <= max(least, 0.05 * abs(fact)) + 1e-9


def _is_about(clause: _Clause, lesion: LesionFact) -> bool:
    return any(_fits(size, lesion.long_mm, 1.0) for size in clause.sizes)


def _missing(clauses: Sequence[_Clause], facts: Facts) -> Iterator[Problem]:
    findings = [c for c in clauses if c.section == FINDINGS and not c.denied]
    for lesion in facts.lesions:
        if not any(lesion.key in c.terms and _is_about(c, lesion) for c in findings):
            yield Problem("lesion_missing", lesion.key, f"{lesion.long_mm} mm")
    for region in facts.regions:
        if not any(region.key in c.terms for c in findings):
            yield Problem("lesion_missing", region.key)


def _numbers(clause: _Clause, facts: Facts) -> Iterator[Problem]:
    known = [size for lesion in facts.lesions for size in (lesion.long_mm, lesion.short_mm)]
    for size in clause.sizes:
        if not any(_fits(size, fact, 1.0) for fact in known):
            yield Problem("size_orphan", words=clause.text)
    volumes = [lesion.volume_ml for lesion in facts.lesions]
    named = [organ.volume_ml for organ in facts.organs if organ.key in clause.terms]
    for match in _VOLUME.finditer(clause.text):
        if not any(_fits(float(match[1]), fact, 0.1) for fact in volumes + named):
            yield Problem("volume_wrong", words=clause.text)
    areas = [r.area_mm2 for r in facts.regions if r.key in clause.terms]
    for match in _AREA.finditer(clause.text):
        if not any(a is not None and _fits(float(match[1]), a, 0.01) for a in areas):
            yield Problem("area_wrong", words=clause.text)


def _places(clause: _Clause, facts: Facts, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Compare side and organ of what a clause says with the lesions that it can mean."""
    meant = [lesion for lesion in facts.lesions if lesion.key in clause.terms]
    if clause.denied or not meant:
        return
    exact = [lesion for lesion in meant if clause.sizes and _is_about(clause, lesion)] or meant
    if clause.sides and not clause.sides & {lesion.side for lesion in exact}:
        yield Problem("side_wrong", exact[0].key, clause.text)
    organs = {t.key for t in vocabulary.terms if t.kind is Kind.ORGAN} & clause.terms
    if organs and not organs & {lesion.organ for lesion in exact}:
        yield Problem("organ_wrong", exact[0].key, clause.text)


def _denials(clause: _Clause, facts: Facts, vocabulary: Vocabulary) -> Iterator[Problem]:
    organs = {t.key for t in vocabulary.terms if t.kind is Kind.ORGAN} & clause.terms
    for key in sorted(clause.terms - organs):
        present = [lesion for lesion in facts.lesions if lesion.key == key]
        hosts = {lesion.organ for lesion in present}
        here = present and (not organs or organs & hosts)
        if clause.denied and (here or any(region.key == key for region in facts.regions)):
            yield Problem("denied_present", key, clause.text)
        if not clause.denied and key in facts.absent:
            yield Problem("affirmed_absent", key, clause.text)
    if clause.denied and not clause.terms - organs:
        for organ in facts.organs:
            if organ.key in organs:
                yield Problem("denied_present", organ.key, clause.text)


def _counts(
    clause: _Clause, facts: Facts, vocabulary: Vocabulary, language: Language
) -> Iterator[Problem]:
    if clause.denied:
        return
    for match in _COUNT[language].finditer(clause.text):
        said = _WORDS.get(match["n"].lower()) or int(match["n"])
        for key in sorted(clause.terms):
            what = match.groupdict().get("what")
            term = vocabulary.term(key)
            if what and "region" not in what.lower() and not _names(what, term):
                continue
            lesions = sum(lesion.key == key for lesion in facts.lesions)
            regions = sum(region.count for region in facts.regions if region.key == key)
            if lesions + regions not in {0, said}:
                yield Problem("count_wrong", key, clause.text)


def _unfounded(clauses: Sequence[_Clause], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Find what the diagnosis names and the findings do not."""
    kinds = {term.key for term in vocabulary.terms if term.kind is Kind.LESION}
    told = {key for c in clauses if c.section == FINDINGS for key in c.terms}
    for clause in clauses:
        if clause.section == DIAGNOSIS:
            for key in sorted((clause.terms & kinds) - told):
                yield Problem("diagnosis_unfounded", key, clause.text)
