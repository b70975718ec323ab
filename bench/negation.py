"""Findings in report sentences, per finding, beside a plain search for the same words.

The sentences are the project's own (tests/select/reports), the held-out part written before any
tuning but by the same hand as the rules: an upper bound. No real labelled corpus is used.
"""

import time
from collections import Counter

from tests.select.reports.gold import gold

from bench.measure import Row
from renkei.select.reports import findings_in, spoken_for

PLAIN = "keyword search"


def run():
    for language in ("en", "ja"):
        cases = [(text, names) for part, text, names in gold(language) if part == "held-out"]
        mine, plain = _counts(cases)
        for name in sorted(name for name, n in mine["truly"].items() if n and plain["said"][name]):
            for measure in ("precision", "recall"):
                case = f"{language} {name}, {measure} of present"
                ours, theirs = _share(mine, name, measure), _share(plain, name, measure)
                if ours is not None:
                    yield Row("negation", case, ours, PLAIN, theirs, "", higher=True)
        for measure in ("precision", "recall"):
            ours, theirs = _share(mine, None, measure), _share(plain, None, measure)
            case = f"{language} all findings, {measure} of present"
            yield Row("negation", case, ours, PLAIN, theirs, "", higher=True)
        right = sum(_said(text) == names for text, names in cases)
        case = f"{language} sentences wholly right, of {len(cases)}"
        yield Row("negation", case, right, "", None, "right", higher=True)
        started = time.process_time()
        for text, _ in cases:
            findings_in(text)
        speed = len(cases) / (time.process_time() - started)
        yield Row("negation", f"{language} speed", speed, "", None, "sentences/s", higher=True)


def _said(text):
    return {f.name: f.polarity for f in spoken_for(findings_in(text))}


def _counts(cases):
    """Count for both ways whom they call present, who is, and who is both."""
    mine, plain = ({"said": Counter(), "truly": Counter(), "both": Counter()} for _ in range(2))
    for text, names in cases:
        said = _said(text)
        for counts, present in (
            (mine, {name for name, polarity in said.items() if polarity == "present"}),
            (plain, set(said)),
        ):
            truly = {name for name, polarity in names.items() if polarity == "present"}
            counts["said"].update(present)
            counts["truly"].update(truly)
            counts["both"].update(present & truly)
    return mine, plain


def _share(counts, name, measure):
    of = counts["said" if measure == "precision" else "truly"]
    whole = of.total() if name is None else of[name]
    both = counts["both"].total() if name is None else counts["both"][name]
    return both / whole if whole else None
