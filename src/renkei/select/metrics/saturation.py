"""Saturation: the share of pixels that have the greatest value of the whole series."""

from collections.abc import Sequence

from renkei.select.case import Case
from renkei.select.metric import SERIES, Measured, Metric, Place, not_applicable
from renkei.select.metrics.constant import Ends, ends


def sum_up(_case: Case, said: Sequence[Ends | None]) -> Measured:
    """Return the percentage of pixels at the greatest value, over the slices that are not even."""
    found = [one for one in said if one and one.least < one.most]
    if not found:
        return not_applicable("no_contrast")
    most = max(one.most for one in found)
    clipped = [one for one in found if one.most == most]
    worst = max(clipped, key=lambda one: one.at_most / one.pixels)
    share = 100 * sum(one.at_most for one in clipped) / sum(one.pixels for one in found)
    return Measured(
        value=round(share, 4),
        n=len(found),
        facts={
            "slices": float(len(clipped)),
            "worst_slice_percent": round(100 * worst.at_most / worst.pixels, 4),
        },
        places=(Place("saturated", worst.number),),
    )


METRIC = Metric("saturation", "%", SERIES, worse="high", look=ends, sum_up=sum_up)
