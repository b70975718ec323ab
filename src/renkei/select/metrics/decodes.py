"""Decodes: can every slice be read to its last pixel?"""

from collections.abc import Sequence

from renkei.imaging.stack import StackCode
from renkei.select.case import Case, Plane
from renkei.select.metric import MOST_PLACES, SERIES, Measured, Metric, Place, not_applicable


def look(_plane: Plane) -> None:
    """Say nothing of a slice that decodes: the case notes those that do not."""


def sum_up(case: Case, planes: Sequence[None]) -> Measured:
    """Return how many files give no grey slice; each cause is a code.

    `undecoded` have a header and a place, `unread` are files whose header could not be found.
    """
    if not case.instances:
        return not_applicable("no_slices")
    files = [code for code in case.problems if code not in {*StackCode, "bad_header"}]
    read = len(planes) + len(case.undecoded)
    # A NIfTI is one file of many slices.
    unread = max(case.instances - read, 0) if files or not read else 0
    codes = tuple(dict.fromkeys([*files, *(code for _, code in case.undecoded)]))
    if unread and not codes:
        codes = ("no_pixels",)
    return Measured(
        value=float(len(case.undecoded) + unread),
        n=max(case.instances, read),
        codes=codes,
        facts={"undecoded": float(len(case.undecoded)), "unread": float(unread)},
        places=tuple(Place(code, number) for number, code in case.undecoded[:MOST_PLACES]),
    )


METRIC = Metric(
    "decodes",
    "count",
    SERIES,
    worse="high",
    look=look,
    sum_up=sum_up,
    aspect="completeness",
)
