"""The card as one HTML page in Japanese or English, written from the same facts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from renkei.publish.card import CardFacts, rai, shown_coverage
from renkei.publish.card_words import WORDS
from renkei.publish.represent import Axis, hide_small

Language = Literal["ja", "en"]
PAGES = Path(__file__).parent / "pages"


def card_page(facts: CardFacts, language: Language, *, public: bool = False) -> str:
    """Return the page; the public one shows no count under ten."""
    words = WORDS[language]
    environment = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("card.html.j2").render(
        facts=facts,
        title=facts.title[language],
        language=language,
        t=words,
        axes=[_axis(axis, words, public=public) for axis in facts.representation.axes],
        checks=[
            {
                "name": words.get(f"check.{c.name}", c.name),
                "compared": c.compared,
                "found": len(c.findings),
                "refuses": c.refuses,
            }
            for c in facts.audit.checks
        ],
        flow=_flow(facts.flow, words),
        mapped=[
            {**line, "site": words["mapped.all"] if line["site"] is None else line["site"]}
            for line in shown_coverage(facts, public=public)
        ],
        rai=[(words[f"rai.{name}"], text) for name, text in rai(facts, public=public).items()],
    )


def _axis(axis: Axis, words: Mapping[str, str], *, public: bool) -> dict[str, Any]:
    shown = {row["name"]: row for row in hide_small(axis)} if public else {}
    rows = []
    for group in axis.groups:
        hidden = public and shown[group.name]["patients"] is None
        rows.append(
            {
                "name": words.get(f"group.{group.name}", group.name),
                "patients": "<10" if hidden else group.patients,
                "percent": None if hidden else round(100 * group.share, 1),
                "low": None if hidden else round(100 * group.low, 1),
                "high": None if hidden else round(100 * group.high, 1),
                "reference": None if group.reference is None else round(100 * group.reference, 1),
                "ratio": None if hidden or group.ratio is None else round(group.ratio, 2),
                "flag": None if hidden else group.flag,
            }
        )
    return {
        "name": words[f"axis.{axis.name}"],
        "rows": rows,
        "distance": axis.distance,
        "coverage": axis.coverage,
        "with_reference": axis.distance is not None,
    }


def _flow(flow: Mapping[str, Any], words: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "name": words.get(f"flow.{box['name']}", box["name"]),
            "patients": box["patients"],
            "cases": box["cases"],
            "excluded": sorted(box.get("excluded", {}).items()),
        }
        for box in flow.get("boxes", [])
    ]
