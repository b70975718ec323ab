"""The report of a model: what it reaches, for whom, how sure that is, and what it cannot show."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from renkei.train.evaluate import SMALLEST_TESTED, Evaluation
from renkei.train.report_words import WORDS

FORMAT = "renkei.evaluation/1"
PAGES = Path(__file__).parent / "pages"


def report_document(
    model: Mapping[str, Any],
    model_sha256: str,
    evaluations: Sequence[Evaluation],
    *,
    side: str,
    looks_left: int | None = None,
) -> dict[str, Any]:
    """Return the report as plain data, the same for the same scores; its hash names it."""
    return {
        "format": FORMAT,
        "model": dict(model),
        "model_sha256": model_sha256,
        "side": side,
        "looks_left": looks_left,
        "evaluations": [evaluation.as_json() for evaluation in evaluations],
        "limits": sorted({code for e in evaluations for code in limits(e)}),
        "notice": "Research use only, not a medical device.",
    }


def limits(evaluation: Evaluation) -> list[str]:
    """Return the codes of what this evaluation cannot tell."""
    found = []
    patients = evaluation.overall.patients if evaluation.overall else 0
    if patients == 0:
        found.append("nothing_scored")
    elif patients < SMALLEST_TESTED:
        found.append("fewer_than_ten_patients")
    if patients and evaluation.made >= patients:
        found.append("only_made_cases")
    elif evaluation.made:
        found.append("some_made_cases")
    if any(not axis.assessed for axis in evaluation.axes):
        found.append("axis_not_recorded")
    if all(axis.p is None for axis in evaluation.axes):
        found.append("no_gap_tested")
    if evaluation.empty["missed"]:
        found.append("structures_missed")
    return found


def report_page(document: Mapping[str, Any], language: Literal["ja", "en"]) -> str:
    """Return the report as one HTML page."""
    environment = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2").render(
        report=document, language=language, t=WORDS[language]
    )
