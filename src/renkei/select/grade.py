"""Grades of a verdict from 1 to 4 per aspect, after the four grades of ADNI's quality control.

1 nothing speaks against it · 2 a doubt · 3 one soft limit is crossed · 4 fails. 1 to 3 pass.
Source: Gunter et al. 2017, Proceedings of SPIE 10138 (ADNI quality control, grades 1-4).
"""

from collections.abc import Mapping, Sequence
from typing import get_args

from renkei.select.metric import Aspect
from renkei.select.reasons import Outcome, Reason

FAILED = 4
WEIGHTS = {"doubt": 2, "soft": 3, "hard": FAILED}
FINDINGS = frozenset(
    {"finding_unwanted", "finding_uncertain", "finding_missing", "finding_in_doubt"}
)
# A draw says nothing about the case.
UNGRADED = frozenset({"second_look"})


def grades(
    reasons: Sequence[Reason],
    outcome: Outcome,
    *,
    aspects: Mapping[str, str],
    answered: frozenset[str],
    records: bool,
) -> dict[str, int | None]:
    """Return the grade of each aspect, of the clinical finding and overall.

    `aspects` say what each metric counts for, `answered` which metrics gave a value, `records`
    whether any finding is recorded. None: nothing was measured, so the grade is unknown.
    """
    found: dict[str, int | None] = {}
    for aspect in get_args(Aspect):
        mine = [r for r in reasons if _aspect(r, aspects) == aspect]
        known = any(aspects[name] == aspect for name in answered)
        found[aspect] = _grade(mine) if mine or known else None
    about = [r for r in reasons if r.code in FINDINGS]
    found["finding"] = _grade(about) if about or records else None
    worst = _grade([r for r in reasons if r.code not in UNGRADED])
    # Two soft reasons of different metrics exclude together, though none does alone.
    found["overall"] = FAILED if outcome is Outcome.EXCLUDE else worst
    return found


def _aspect(reason: Reason, aspects: Mapping[str, str]) -> str | None:
    if reason.metric is not None:
        return aspects.get(reason.metric)
    # What could not be read at all is not there.
    return "completeness" if reason.code == "fault" else None


def _grade(reasons: Sequence[Reason]) -> int:
    soft = {reason.metric for reason in reasons if reason.weight == "soft"}
    if len(soft) > 1:
        return FAILED
    return max((WEIGHTS[reason.weight] for reason in reasons), default=1)
