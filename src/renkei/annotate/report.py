"""Draft a reading report from facts, in Japanese and English; a person edits and signs it."""

from functools import cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from renkei.annotate.facts import Facts
from renkei.annotate.vocabulary import load_vocabulary
from renkei.proof import canonical, digest

Language = Literal["ja", "en"]
LANGUAGES: tuple[Language, ...] = ("ja", "en")
FOLDER = Path(__file__).parent / "templates"
SIDES = {"ja": {"left": "左", "right": "右"}, "en": {"left": "left", "right": "right"}}


def draft(facts: Facts, language: Language, *, study: str = "") -> str:
    """Return a report that says the facts and nothing else; `study` describes the examination."""
    vocabulary = load_vocabulary(facts.vocabulary)
    counts = [
        (term, sum(lesion.key == term.key for lesion in facts.lesions)) for term in vocabulary.terms
    ]
    largest = max(facts.lesions, key=lambda lesion: lesion.long_mm, default=None)
    text = (
        _templates()
        .get_template(f"report.{language}.j2")
        .render(
            facts=facts,
            study=study or facts.modality,
            counts=[(term, count) for term, count in counts if count],
            absent=[vocabulary.term(key) for key in facts.absent],
            largest=largest,
            sides=SIDES[language],
        )
    )
    return text.strip() + "\n"


def report_hash(facts: Facts, texts: dict[str, str]) -> str:
    """Return the hash that a signature binds: facts and both texts."""
    return digest(canonical({"facts": facts.to_json(), "texts": texts}))


@cache
def _templates() -> Environment:
    # Plain text: escaping would turn × and ' into entities.
    return Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
        keep_trailing_newline=True,
    )
