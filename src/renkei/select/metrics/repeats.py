"""Repeats: slices of one series that hold the same pixels, whatever their UID and place say."""

from collections.abc import Sequence

from renkei.select.case import Case, Plane
from renkei.select.fingerprint import stored_digest
from renkei.select.metric import MOST_PLACES, SERIES, Measured, Metric, Place, not_applicable


def content(plane: Plane) -> tuple[int, bytes] | None:
    """Return a slice's number and the SHA-256 of its stored pixels; None of a constant slice."""
    stored = plane.stored
    if stored.size == 0 or (stored == stored.flat[0]).all():
        return None
    return plane.number, stored_digest(stored)


def sum_up(_case: Case, said: Sequence[tuple[int, bytes] | None]) -> Measured:
    """Return how many slices repeat an earlier one; constant slices are equal by nature."""
    found = [one for one in said if one]
    if not found:
        return not_applicable("no_contrast")
    seen: set[bytes] = set()
    again = []
    for number, digest in found:
        if digest in seen:
            again.append(number)
        seen.add(digest)
    return Measured(
        value=float(len(again)),
        n=len(found),
        codes=("repeated_slice",) if again else (),
        places=tuple(Place("repeated_slice", number) for number in again[:MOST_PLACES]),
    )


METRIC = Metric(
    "repeats", "count", SERIES, worse="high", look=content, sum_up=sum_up, aspect="completeness"
)
