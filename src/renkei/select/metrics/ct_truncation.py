"""Field truncation of a CT: how much of the edge of the field of view the body touches."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.select.case import Case, Plane
from renkei.select.ct import CT, Mask, body_of, thinned
from renkei.select.metric import Measured, Metric, Place, not_applicable

RIM_PIXELS = 3
LEAST_SIDE = 64
# Outside the circle nothing is measured, so there at most these shares of a ring differ from the
# fill (a burned-in mark), and just inside it at least that share does (air with its noise).
MOST_OUTSIDE, LEAST_INSIDE = 0.02, 0.5


def border_touched(hu: NDArray[Any], body: Mask) -> float:
    """Return the share of the 3-pixel border of one slice (y, x) that lies inside the body."""
    rim = np.ones(hu.shape, dtype=bool)
    rim[RIM_PIXELS:-RIM_PIXELS, RIM_PIXELS:-RIM_PIXELS] = False
    return float(np.mean(body[rim]))


def circle_radius(hu: NDArray[Any]) -> int | None:
    """Return the radius in pixels of the circle of reconstruction, or None without one.

    Beyond it, to the corners, every pixel is one and the same fill.
    """
    if min(hu.shape) < LEAST_SIDE:
        return None
    fill = hu[0, 0]
    if fill > -900 or hu[0, -1] != fill or hu[-1, 0] != fill or hu[-1, -1] != fill:
        return None
    radius = _radii(hu.shape)
    size = np.bincount(radius.ravel())
    measured = np.bincount(radius.ravel(), weights=(hu != fill).ravel()) / np.maximum(size, 1)
    beyond = np.flatnonzero(measured > MOST_OUTSIDE)
    edge = int(beyond[-1]) if len(beyond) else 0
    if edge < min(hu.shape) // 4 or edge > len(size) - 1 - RIM_PIXELS:
        return None
    inside = measured[edge - 2 * RIM_PIXELS : edge - RIM_PIXELS]
    return edge if inside.mean() >= LEAST_INSIDE else None


def circle_touched(body: Mask, radius: int) -> float:
    """Return the share of the 3-pixel rim inside the circle of reconstruction that is body."""
    at = _radii(body.shape)
    rim = (at <= radius) & (at > radius - RIM_PIXELS)
    return float(np.mean(body[rim]))


@lru_cache(maxsize=4)
def _radii(shape: tuple[int, int]) -> NDArray[np.intp]:
    y, x = (np.arange(n) - (n - 1) / 2 for n in shape)
    radii: NDArray[np.intp] = np.rint(np.hypot(y[:, None], x[None, :])).astype(np.intp)
    return radii


def touched(plane: Plane) -> tuple[int, float, float] | None:
    """Return the number of a slice and the per cent of its border and circle touched, or None."""
    hu, _ = thinned(plane.pixels)
    body = body_of(hu)
    if body is None:
        return None
    radius = circle_radius(hu)
    circle = 0.0 if radius is None else circle_touched(body, radius)
    return plane.number, 100 * border_touched(hu, body), 100 * circle


def sum_up(_case: Case, found: Sequence[tuple[int, float, float] | None]) -> Measured:
    """Return the median over slices of the larger share touched, border or circle, in per cent."""
    said = [one for one in found if one]
    if not said:
        return not_applicable("no_body")
    values = [max(border, circle) for _, border, circle in said]
    worst = int(np.argmax(values))
    return Measured(
        value=round(float(np.median(values)), 3),
        n=len(values),
        facts={
            "highest": round(values[worst], 3),
            "border": round(float(np.median([border for _, border, _ in said])), 3),
            "circle": round(float(np.median([circle for *_, circle in said])), 3),
        },
        places=(Place("border", said[worst][0]),) if values[worst] else (),
    )


METRIC = Metric(
    "ct_truncation",
    "%",
    CT,
    worse="high",
    look=touched,
    sum_up=sum_up,
    aspect="coverage",
    version="2",
)
