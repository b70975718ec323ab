"""Constant slices, and values that pile up at an end of their range."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from renkei.select.case import Case, Plane
from renkei.select.metric import MOST_PLACES, SERIES, Measured, Metric, Place, not_applicable


@dataclass(frozen=True, slots=True)
class Ends:
    """The least and greatest stored value of a slice, how many pixels have them, and its range.

    `bottom` and `top` are the ends of what the stored bits can hold; equal where that is unknown.
    """

    number: int
    pixels: int
    least: float
    at_least: int
    most: float
    at_most: int
    bottom: float = 0.0
    top: float = 0.0


def ends(plane: Plane) -> Ends | None:
    """Return the ends of a slice's stored values; None where no value is finite."""
    stored = plane.stored
    if stored.dtype.kind == "f":
        stored = stored[np.isfinite(stored)]
    if stored.size == 0:
        return None
    least, most = stored.min(), stored.max()
    bottom, top = _range(plane)
    return Ends(
        number=plane.number,
        pixels=int(stored.size),
        least=float(least),
        at_least=int(np.count_nonzero(stored == least)),
        most=float(most),
        at_most=int(np.count_nonzero(stored == most)),
        bottom=bottom,
        top=top,
    )


def _range(plane: Plane) -> tuple[float, float]:
    if plane.header is None:
        return 0.0, 0.0
    bits = int(plane.header.get("BitsStored") or plane.header.get("BitsAllocated") or 0)
    if not 1 <= bits <= 64:
        return 0.0, 0.0
    low = -(2.0 ** (bits - 1)) if plane.header.get("PixelRepresentation") == 1 else 0.0
    return low, low + 2.0**bits - 1


def sum_up(_case: Case, said: Sequence[Ends | None]) -> Measured:
    """Return the share of constant slices in percent.

    A constant slice between others is a fault by itself, one at an end is padding. Of the pixels,
    the shares at the least and greatest value of the series and of its bits are facts.
    """
    found = [one for one in said if one]
    if not found:
        return not_applicable("no_pixels")
    flat = [one.number for one in found if one.least == one.most]
    full = [one.number for one in found if one.least < one.most]
    inner = [n for n in flat if full and full[0] < n < full[-1]]
    return Measured(
        value=round(100 * len(flat) / len(found), 3),
        n=len(found),
        codes=("constant_slice",) if inner else (),
        facts=_shares(found),
        places=tuple(Place("constant_slice", n) for n in flat[:MOST_PLACES]),
    )


def _shares(found: Sequence[Ends]) -> dict[str, float]:
    pixels = sum(one.pixels for one in found)
    least, most = min(one.least for one in found), max(one.most for one in found)

    def percent(count: int) -> float:
        return round(100 * count / pixels, 4)

    shares = {
        "at_least_percent": percent(sum(e.at_least for e in found if e.least == least)),
        "at_most_percent": percent(sum(e.at_most for e in found if e.most == most)),
    }
    if all(one.bottom < one.top for one in found):
        low = sum(e.at_least for e in found if e.least == e.bottom)
        high = sum(e.at_most for e in found if e.most == e.top)
        shares |= {"at_bottom_percent": percent(low), "at_top_percent": percent(high)}
    return shares


METRIC = Metric("constant", "%", SERIES, worse="high", look=ends, sum_up=sum_up)
