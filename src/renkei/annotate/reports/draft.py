"""Draft a reading report from facts, in Japanese and English; a person edits and signs it."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from renkei.annotate.facts import Facts
from renkei.annotate.reports.sections import Language
from renkei.annotate.reports.wording import (
    CHANGES,
    RECOMMENDATIONS,
    SIDES,
    SURE,
    TECHNIQUE,
    UNASSESSED,
    VERDICT,
)
from renkei.annotate.vocabulary import Kind, load_vocabulary

FOLDER = Path(__file__).parent.parent / "templates"
PROBABLE = 4


def draft(facts: Facts, language: Language, *, study: str = "") -> str:
    """Return a report that says the facts and nothing else; `study` describes the examination."""
    vocabulary = load_vocabulary(facts.vocabulary)
    counts = [(t, sum(one.key == t.key for one in facts.lesions)) for t in vocabulary.terms]
    sure = {one.key for one in facts.lesions if one.certainty >= PROBABLE}
    fields: dict[str, Any] = {
        "facts": facts,
        "study": study or facts.modality,
        "counts": [(term, count) for term, count in counts if count and term.key in sure],
        "absent": [vocabulary.term(key) for key in facts.absent],
        "resolved": [vocabulary.term(key) for key in facts.prior.resolved] if facts.prior else [],
        "largest": max(facts.lesions, key=lambda one: (one.certainty, one.long_mm), default=None),
        "technique": [(TECHNIQUE[language].get(k, k), v) for k, v in facts.technique],
        "recommendation": RECOMMENDATIONS[language][recommendation_of(facts)],
        "sides": SIDES[language],
        "sure": SURE[language],
        "verdict": VERDICT[language],
        "changes": CHANGES[language],
        "unassessed": UNASSESSED[language],
        "line": _line(facts),
    }
    kind = "pathology" if facts.is_pathology else "mr" if facts.modality == "MR" else "ct"
    text = _templates().get_template(f"{kind}.{language}.j2").render(fields)
    return text.strip() + "\n"


def recommendation_of(facts: Facts) -> str:
    """Return the code of what is recommended: a person's choice, else what the lesions ask for."""
    return facts.recommendation or ("compare" if facts.lesions else "none")


def _line(facts: Facts) -> str:
    """Return the diagnosis line of pathology, in English in both languages as is the custom."""
    vocabulary = load_vocabulary(facts.vocabulary)
    lesions = [r for r in facts.regions if vocabulary.term(r.key).kind is Kind.LESION]
    said = ". ".join(f"{region.en} present" for region in lesions)
    return f"{said}." if said else "No abnormality to report."


@cache
def _templates() -> Environment:
    # Plain text: escaping would turn × and ' into entities.
    return Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        keep_trailing_newline=True,
    )
