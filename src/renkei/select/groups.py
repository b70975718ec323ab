"""Groups of patients by sex, age band, site and scanner: how selection is counted for fairness."""

from collections.abc import Mapping, Sequence

from renkei.select.facts import CaseFacts
from renkei.subjects.counting import age_band

AXES = ("sex", "age_band", "site", "model")
UNKNOWN = "unknown"
SEVERAL = "several"


def groups_of(cases: Sequence[CaseFacts]) -> Mapping[str, str]:
    """Return the group of one patient on each axis; cases that differ make it "several"."""
    said = {
        "sex": {facts.sex or UNKNOWN for facts in cases},
        "age_band": {age_band(facts.age) for facts in cases},
        "site": {facts.site or UNKNOWN for facts in cases},
        "model": {(facts.model or "").strip() or UNKNOWN for facts in cases},
    }
    return {axis: one.pop() if len(one) == 1 else SEVERAL for axis, one in said.items()}
