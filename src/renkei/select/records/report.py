"""Reports: how many findings a text speaks of, and how many words hold them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from renkei.errors import DataRefusedError
from renkei.select.case import Case
from renkei.select.facts import Evidence, Finding
from renkei.select.metric import Measured, Metric, not_applicable
from renkei.select.records.frame import text_of
from renkei.select.reports import TextFinding, findings_in, spoken_for
from renkei.select.reports.extract import SCHEME

REPORTS = frozenset({"REPORT"})


def look(path: Path) -> list[TextFinding] | str:
    """Return what a report says of each finding, or why it cannot be read."""
    try:
        return spoken_for(findings_in(text_of(path)))
    except DataRefusedError as error:
        return error.code


def sum_up(_case: Case, said: Sequence[list[TextFinding] | str]) -> Measured:
    """Return how many findings are present; what is unwanted among them is for the recipe."""
    found = said[0] if said else "no_rows"
    if isinstance(found, str):
        return Measured(None, reason=found, codes=(found,)) if said else not_applicable(found)
    counts = {p: sum(f.polarity == p for f in found) for p in ("uncertain", "historic", "absent")}
    return Measured(
        value=float(sum(f.polarity == "present" for f in found)),
        n=len(found),
        facts={name: float(count) for name, count in counts.items()},
    )


def findings_of_text(text: str, record: str) -> Iterator[Finding]:
    """Yield what a report says as coded findings that show the place in the text."""
    for one in spoken_for(findings_in(text)):
        yield Finding(SCHEME, one.code, one.polarity, Evidence(record, *one.span, one.cue))


def findings_of_file(path: Path) -> tuple[Finding, ...]:
    """Return the findings of a report on disk; none where it is no text."""
    try:
        return tuple(findings_of_text(text_of(path), path.name))
    except DataRefusedError:
        return ()


METRIC = Metric(
    "report", "count", REPORTS, worse="high", sum_up=sum_up, look=look, aspect="content"
)
