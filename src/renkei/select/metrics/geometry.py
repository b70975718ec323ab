"""Geometry: does a series stand in space as one regular stack?"""

from renkei.select.metric import Case, Measured, Metric, not_applicable


def geometry(case: Case) -> Measured:
    """Return how many kinds of geometric fault the reader named; each is a code of its own.

    The rules are the reader's (`renkei.imaging.volume`): what cannot be read into one regular
    volume without a repair is a fault. A missing end is invisible here and stays unknown.
    """
    if case.volume is None and not case.problems:
        return not_applicable("not_a_stack")
    return Measured(value=float(len(case.problems)), n=case.instances, codes=case.problems)


METRIC = Metric("geometry", "count", frozenset({"CT", "MR", "PT"}), worse="high", measure=geometry)
