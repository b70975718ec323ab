"""Compare the facts of an examination with those of the one before: which lesion is which.

Without a common frame of reference nothing but kind, organ, side and size is known of both, so
pairs are proposed; whoever reads the report says otherwise by `links`.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from renkei.annotate.facts import Facts, LesionFact, PriorFact
from renkei.errors import DataRefusedError

FAR = 1e6


class NotAPriorError(DataRefusedError):
    """These facts cannot be compared with one another."""


def compare_with_prior(
    now: Facts, before: Facts, *, links: Mapping[str, str | None] | None = None
) -> Facts:
    """Return the facts with what changed; `links` names a lesion's prior, or None for a new one.

    A lesion has changed from max(2 mm, 10 %) of its long diameter.

    Raises:
        NotAPriorError: Another vocabulary, or not the earlier of the two.
    """
    if now.vocabulary.partition("@")[0] != before.vocabulary.partition("@")[0]:
        raise NotAPriorError("The two examinations were read by different vocabularies.")
    if not before.date or (now.date and before.date >= now.date):
        raise NotAPriorError("The other examination is not the earlier one; choose an earlier.")
    earlier = {one.name: one for one in before.lesions}
    pairs = {**_proposed(now, before), **(links or {})}
    if unknown := {name for name in pairs.values() if name} - earlier.keys():
        raise NotAPriorError("The prior has no such lesion.", lesions=len(unknown))
    lesions = tuple(_changed(one, earlier.get(pairs.get(one.name) or "")) for one in now.lesions)
    gone = earlier.keys() - {name for name in pairs.values() if name}
    resolved = tuple(sorted({earlier[name].key for name in gone}))
    return replace(now, lesions=lesions, prior=PriorFact(before.date, before.labels, resolved))


def change_of(now: float, before: float) -> str:
    """Return whether a long diameter in mm is enlarged, smaller or unchanged."""
    if abs(now - before) < max(2.0, 0.1 * before):
        return "unchanged"
    return "enlarged" if now > before else "smaller"


def _changed(lesion: LesionFact, prior: LesionFact | None) -> LesionFact:
    if prior is None:
        return replace(lesion, change="new", prior_mm=None, before=None)
    change = change_of(lesion.long_mm, prior.long_mm)
    return replace(lesion, change=change, prior_mm=prior.long_mm, before=prior.name)


def _proposed(now: Facts, before: Facts) -> dict[str, str | None]:
    from scipy.optimize import linear_sum_assignment

    if not now.lesions or not before.lesions:
        return {}
    cost = np.array([[_cost(a, b) for b in before.lesions] for a in now.lesions])
    rows, columns = linear_sum_assignment(cost)
    return {
        now.lesions[i].name: before.lesions[j].name
        for i, j in zip(rows, columns, strict=True)
        if cost[i, j] < FAR
    }


def _cost(a: LesionFact, b: LesionFact) -> float:
    if (a.key, a.organ, a.side) != (b.key, b.organ, b.side):
        return FAR
    return abs(float(np.log(a.long_mm / b.long_mm)))
