"""Check a report against its facts, by rules alone, in Japanese and English.

Sizes fit within max(1 mm, 5 %), volumes within max(0.1 mL, 5 %), certainty within one of its five
steps. A hedged opinion beyond the facts is a person's to give; an affirmed finding is not.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from renkei.annotate.facts import Facts, LesionFact
from renkei.annotate.reports.clauses import Clause, clauses_of
from renkei.annotate.reports.describe import described
from renkei.annotate.reports.lexicon import COUNT, OTHER_SEX, count_of
from renkei.annotate.reports.numbers import (
    Measure,
    areas,
    attenuations,
    dates,
    percentages,
    unitless,
    volumes,
)
from renkei.annotate.reports.sections import TOLD, Language
from renkei.annotate.vocabulary import Kind, Vocabulary, load_vocabulary
from renkei.select.reports.extract import findings_in

UNLIKELY = 2
SHORT = re.compile(r"短径|\bshort\b", re.IGNORECASE)
BEFORE = re.compile(r"から|\b(?:from|was)\b", re.IGNORECASE)
# A denial of what is beyond the lesions described: others, new ones, ones above a size.
BEYOND = (
    *("他に", "その他", "以外", "新規", "新たな", "以上の", "超える"),
    *("other", "further", "additional", "new ", "larger than", "greater than", "above "),
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that the text says other than the facts: a code, a label, the words."""

    code: str
    key: str = ""
    words: str = ""


def check_report(text: str, facts: Facts, language: Language) -> tuple[Problem, ...]:
    """Return what contradicts the facts or is missing; nothing means that the text fits."""
    vocabulary = load_vocabulary(facts.vocabulary)
    clauses = list(clauses_of(text, vocabulary, language))
    there = {clause.section for clause in clauses}
    found = [
        Problem("section_missing", words=section)
        for section in ("findings", "diagnosis")
        if section not in there
    ]
    told = [clause for clause in clauses if clause.section in TOLD]
    found += _missing(told, facts)
    found += _contradictions(clauses, told, facts, vocabulary)
    if facts.prior and not any(facts.prior.date in dates(c.text) for c in clauses):
        found.append(Problem("prior_unsaid", words=facts.prior.date))
    found += _unfounded(told, vocabulary)
    return tuple(dict.fromkeys(found))


def check_words(text: str, facts: Facts, language: Language) -> tuple[Problem, ...]:
    """Return what a loose text, such as an addendum, contradicts; nothing need be said in it."""
    vocabulary = load_vocabulary(facts.vocabulary)
    body = f"所見\n{text}" if language == "ja" else f"Findings\n{text}"
    clauses = list(clauses_of(body, vocabulary, language))
    return tuple(dict.fromkeys(_contradictions(clauses, clauses, facts, vocabulary)))


def _contradictions(
    clauses: Sequence[Clause], told: Sequence[Clause], facts: Facts, vocabulary: Vocabulary
) -> Iterator[Problem]:
    for clause in told:
        meant = _meant(clause, facts)
        yield from _sizes(clause, facts, meant)
        yield from _amounts(clause, facts)
        yield from _places(clause, meant, vocabulary)
        yield from _denials(clause, facts, vocabulary)
        yield from _counts(clause, facts, vocabulary)
        yield from _opinions(clause, facts, meant)
        yield from _strangers(clause, facts, vocabulary)
    for clause in clauses:
        yield from _dates(clause, facts)


def fits(value: float, fact: float | None, least: float) -> bool:
    """Tell whether a number is that of a fact, within `least` or 5 %."""
    return fact is not None and abs(value - fact) <= max(least, 0.05 * abs(fact)) + 1e-9


def is_about(clause: Clause, lesion: LesionFact) -> bool:
    """Tell whether a clause gives a lesion's size, or a range that holds it."""
    return any(is_size_of(one, lesion) for one in clause.measures)


def is_size_of(measure: Measure, lesion: LesionFact) -> bool:
    """Tell whether a size is a lesion's: both diameters, the long one alone, or a range."""
    if measure.is_range:
        return measure.values[0] - 1 <= lesion.long_mm <= measure.values[1] + 1
    long, *rest = sorted(measure.values, reverse=True)
    short = not rest or fits(rest[0], lesion.short_mm, 1.0)
    return fits(long, lesion.long_mm, 1.0) and short


def _meant(clause: Clause, facts: Facts) -> list[LesionFact]:
    """Return the lesions that a clause can mean: by number, else by size, else all of the kind."""
    own = [lesion for lesion in facts.lesions if clause.affirms(lesion.key)]
    if clause.number is not None:
        return [one for one in own if one.number == clause.number] or own
    return [one for one in own if is_about(clause, one)] or own


def _missing(told: Sequence[Clause], facts: Facts) -> Iterator[Problem]:
    findings = [c for c in told if c.section == "findings"]
    for lesion in facts.lesions:
        denied = lesion.certainty <= UNLIKELY and any(lesion.key in c.named for c in findings)
        if not denied and lesion not in described(findings, facts.lesions, is_about):
            yield Problem("lesion_missing", lesion.key, f"{lesion.long_mm} mm")
    for region in facts.regions:
        if not any(c.affirms(region.key) for c in told if c.section != "diagnosis"):
            yield Problem("lesion_missing", region.key)


def _sizes(clause: Clause, facts: Facts, meant: Sequence[LesionFact]) -> Iterator[Problem]:
    denied = clause.named and not any(map(clause.affirms, clause.named))
    if unitless(clause.text):
        yield Problem("unit_wrong", words=clause.text)
    if denied:
        return  # "no lesion above 10 mm" names a limit, not a size
    lesions = meant if clause.number is not None and meant else facts.lesions
    for measure in clause.measures:
        if any(is_size_of(measure, one) for one in lesions) or _is_other(measure, clause, lesions):
            continue
        scaled = (Measure(tuple(v * by for v in measure.values)) for by in (0.1, 10.0))
        other = any(is_size_of(one, lesion) for one in scaled for lesion in lesions)
        yield Problem("unit_wrong" if other else "size_orphan", words=clause.text)


def _is_other(measure: Measure, clause: Clause, lesions: Sequence[LesionFact]) -> bool:
    """Tell whether a single size is a short diameter that says so, or one of the prior's."""
    if len(measure.values) > 1:
        return False
    known: list[float | None] = []
    if SHORT.search(clause.text):
        known += [one.short_mm for one in lesions]
    if clause.speaks_of_prior or BEFORE.search(clause.text):
        known += [one.prior_mm for one in lesions]
    return any(fits(measure.values[0], fact, 1.0) for fact in known)


def _amounts(clause: Clause, facts: Facts) -> Iterator[Problem]:
    known = [lesion.volume_ml for lesion in facts.lesions]
    known += [organ.volume_ml for organ in facts.organs if organ.key in clause.named]
    if any(not any(fits(ml, fact, 0.1) for fact in known) for ml in volumes(clause.text)):
        yield Problem("volume_wrong", words=clause.text)
    regions = [region for region in facts.regions if region.key in clause.named]
    areas_known = [region.area_mm2 for region in regions]
    if any(not any(fits(a, fact, 0.01) for fact in areas_known) for a in areas(clause.text)):
        yield Problem("area_wrong", words=clause.text)
    shares = [region.percent for region in regions]
    if any(not any(fits(p, fact, 1.0) for fact in shares) for p in percentages(clause.text)):
        yield Problem("share_wrong", words=clause.text)
    hu = [value for lesion in facts.lesions for value in (lesion.mean_hu, *(lesion.hu or ()))]
    if any(not any(fits(value, fact, 2.0) for fact in hu) for value in attenuations(clause.text)):
        yield Problem("hu_wrong", words=clause.text)


def _places(
    clause: Clause, meant: Sequence[LesionFact], vocabulary: Vocabulary
) -> Iterator[Problem]:
    if not meant:
        return
    if clause.sides and not clause.sides & {lesion.side for lesion in meant}:
        yield Problem("side_wrong", meant[0].key, clause.text)
    organs = {t.key for t in vocabulary.terms if t.kind is Kind.ORGAN} & set(clause.named)
    if organs and not organs & {lesion.organ for lesion in meant}:
        yield Problem("organ_wrong", meant[0].key, clause.text)


def _denials(clause: Clause, facts: Facts, vocabulary: Vocabulary) -> Iterator[Problem]:
    organs = {t.key for t in vocabulary.terms if t.kind is Kind.ORGAN} & set(clause.named)
    if "resolved" in clause.changes:
        gone = facts.prior.resolved if facts.prior else ()
        for key in sorted(set(clause.named) - organs - set(gone)):
            yield Problem("change_wrong" if facts.prior else "prior_missing", key, clause.text)
        return
    for key in sorted(set(clause.named) - organs):
        present = [one for one in facts.lesions if one.key == key and one.certainty > UNLIKELY]
        if clause.number is not None:
            present = [one for one in present if one.number == clause.number]
        here = present and (not organs or organs & {lesion.organ for lesion in present})
        there = here or any(region.key == key for region in facts.regions)
        if clause.named[key] == "absent" and there and not _is_beyond(clause):
            yield Problem("denied_present", key, clause.text)
        if clause.affirms(key) and key in facts.absent:
            yield Problem("affirmed_absent", key, clause.text)
    if not set(clause.named) - organs:
        for organ in facts.organs:
            if clause.named.get(organ.key) == "absent" and not findings_in(clause.text):
                yield Problem("denied_present", organ.key, clause.text)


def _is_beyond(clause: Clause) -> bool:
    return any(word in clause.text.casefold() for word in BEYOND)


def _counts(clause: Clause, facts: Facts, vocabulary: Vocabulary) -> Iterator[Problem]:
    for match in COUNT[clause.language].finditer(clause.text):
        said = count_of(match["n"])
        what = match.groupdict().get("what")
        for key in sorted(key for key in clause.named if clause.affirms(key)):
            names = (n.casefold() for n in (vocabulary.term(key).en, *vocabulary.term(key).also))
            if what and "region" not in what and not any(n in what.casefold() for n in names):
                continue
            lesions = sum(lesion.key == key for lesion in facts.lesions)
            regions = sum(region.count for region in facts.regions if region.key == key)
            part = clause.sides or _organs(clause, vocabulary)
            if lesions + regions not in {0, said} and not (part and said < lesions):
                yield Problem("count_wrong", key, clause.text)


def _organs(clause: Clause, vocabulary: Vocabulary) -> bool:
    return any(vocabulary.term(key).kind is Kind.ORGAN for key in clause.named)


def _opinions(clause: Clause, facts: Facts, meant: Sequence[LesionFact]) -> Iterator[Problem]:
    """Compare how sure a clause is, and what it says of change."""
    if not meant or "resolved" in clause.changes:
        return
    if not clause.carried and all(abs(clause.certainty - lesion.certainty) > 1 for lesion in meant):
        yield Problem("certainty_wrong", meant[0].key, clause.text)
    if clause.changes and not clause.changes & {lesion.change for lesion in meant}:
        code = "change_wrong" if facts.prior else "prior_missing"
        yield Problem(code, meant[0].key, clause.text)


def _dates(clause: Clause, facts: Facts) -> Iterator[Problem]:
    known = {facts.date, facts.prior.date if facts.prior else facts.date}
    for day in dates(clause.text):
        if clause.section == "examination" and not facts.date:
            continue
        if day not in known or (clause.section == "comparison" and day == facts.date):
            yield Problem("prior_date", words=clause.text)


def _strangers(clause: Clause, facts: Facts, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Find affirmed findings that no fact holds, and organs of the other sex."""
    if (stranger := OTHER_SEX.get(facts.sex)) and stranger.search(clause.text):
        yield Problem("sex_wrong", words=clause.text)
    words = {n.casefold() for t in vocabulary.terms for n in (t.ja, t.en, *t.also)}
    for finding in findings_in(clause.text):
        own = finding.term.casefold()
        if finding.polarity == "present" and not any(w in own or own in w for w in words):
            yield Problem("finding_extra", finding.name, clause.text)
    lesions = {lesion.key for lesion in facts.lesions} | {r.key for r in facts.regions}
    for key in clause.named:
        unseen = key not in lesions and key not in facts.absent
        if clause.named[key] == "present" and unseen and _is_lesion(vocabulary, key):
            yield Problem("finding_extra", key, clause.text)


def _is_lesion(vocabulary: Vocabulary, key: str) -> bool:
    return vocabulary.term(key).kind is Kind.LESION


def _unfounded(clauses: Sequence[Clause], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Find what the diagnosis affirms and the findings do not name."""
    kinds = {term.key for term in vocabulary.terms if term.kind is Kind.LESION}
    told = {key for c in clauses if c.section != "diagnosis" for key in c.named}
    for clause in clauses:
        if clause.section == "diagnosis":
            for key in sorted((set(clause.named) & kinds) - told):
                if clause.affirms(key):
                    yield Problem("diagnosis_unfounded", key, clause.text)
