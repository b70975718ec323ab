"""Air bubbles under the cover glass: grey rims that are parts of a circle. A hint, no more."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from renkei.select.case import Case
from renkei.select.metric import MOST_PLACES, SLIDES, Measured, Metric, Place, not_applicable
from renkei.select.tiles import place_of

GREY = 60
DARK = 200
LEAST_PIXELS = 40
LEAST_RADIUS = 15
ROUND = 0.1
LEAST_TURN = 0.4
PARTS = 36

Circle = tuple[float, float, float]


def sum_up(case: Case, _said: Sequence[object]) -> Measured:
    """Return the share of the slide, in per cent, inside rims that look like a bubble's."""
    if case.slide is None:
        return not_applicable("no_slide")
    circles = bubbles(case.overview)
    down, across, _ = case.overview.shape
    y, x = np.ogrid[:down, :across]
    inside = np.zeros((down, across), dtype=bool)
    places = []
    for cx, cy, radius in circles:
        inside |= (x - cx) ** 2 + (y - cy) ** 2 <= radius**2
        left, top = max(0, round(cx - radius)), max(0, round(cy - radius))
        right, bottom = min(across, round(cx + radius)), min(down, round(cy + radius))
        box = place_of(case.overview.shape, case.slide, (left, top, right - left, bottom - top))
        places.append(Place("bubble", box=box))
    return Measured(
        value=round(100 * float(inside.mean()), 3),
        n=down * across,
        facts={"bubbles": float(len(circles))},
        places=tuple(places[:MOST_PLACES]),
    )


def bubbles(rgb: NDArray[np.uint8]) -> list[Circle]:
    """Return (x, y, radius) in pixels of each grey rim in RGB (y, x, 3) that makes a circle.

    A rim counts when its pixels lie within a tenth of the radius of one circle, and go round two
    fifths of it or more.
    """
    import cc3d

    high, low = rgb.max(axis=2), rgb.min(axis=2)
    colourless = (high - low) * np.int32(255) < GREY * high.astype(np.int32)
    pieces = cc3d.connected_components(colourless & (high < DARK), connectivity=8)
    numbers = np.flatnonzero(np.bincount(pieces.ravel()) >= LEAST_PIXELS)
    circles = [_circle(np.argwhere(pieces == number)) for number in numbers if number]
    return [circle for circle in circles if circle]


def _circle(pixels: NDArray[np.intp]) -> Circle | None:
    """Return the circle through pixels (n, 2) by least squares (Kåsa 1976), or None."""
    y, x = pixels.astype(np.float64).T
    terms = np.stack([x, y, np.ones_like(x)], axis=1)
    a, b, c = np.linalg.lstsq(terms, x**2 + y**2, rcond=None)[0]
    cx, cy = a / 2, b / 2
    radius = float(np.sqrt(max(c + cx**2 + cy**2, 0)))
    if not LEAST_RADIUS <= radius <= max(np.ptp(x), np.ptp(y)):
        return None
    off = np.hypot(x - cx, y - cy) - radius
    turned = np.floor((np.arctan2(y - cy, x - cx) / (2 * np.pi) + 0.5) * PARTS)
    if np.sqrt(np.mean(off**2)) > ROUND * radius or len(np.unique(turned)) < LEAST_TURN * PARTS:
        return None
    return float(cx), float(cy), radius


METRIC = Metric("slide_bubble", "%", SLIDES, worse="high", sum_up=sum_up)
