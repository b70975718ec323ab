"""Burned-in text: a suspicion, never a verdict."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from renkei.select.case import Case, Plane
from renkei.select.metric import MOST_PLACES, SERIES, Measured, Metric, Place, not_applicable

Box = tuple[int, int, int, int]
BORDER = 0.25
BRIGHT = 0.75
LEAST_GLYPHS = 4
HEIGHT, WIDTH = (5, 40), (1, 40)
FILL = (0.15, 0.9)
LEAST_SIDE = 32
# More pieces than a page of text has: noise or a textured border.
MOST_PIECES = 2000


def text_line(plane: Plane) -> tuple[int, Box | None]:
    """Return a slice's number and the box of a line of glyphs near its upper or lower border.

    A glyph is a small, bright, sparse piece with dark around it; four of about one height on one
    line, no further apart than a letter is high twice over, are a line.
    """
    pixels = plane.pixels
    if min(pixels.shape) < LEAST_SIDE or not np.isfinite(high := float(pixels.max())):
        return plane.number, None
    depth = int(BORDER * pixels.shape[0])
    for top in (0, pixels.shape[0] - depth):
        band = pixels[top : top + depth]
        low = float(np.median(band))
        if high > low and (box := _line(band >= low + BRIGHT * (high - low))):
            return plane.number, (box[0], box[1] + top, box[2], box[3])
    return plane.number, None


def _line(bright: NDArray[np.bool_]) -> Box | None:
    if np.count_nonzero(bright) < LEAST_GLYPHS * HEIGHT[0]:
        return None
    import cc3d

    labels = cc3d.connected_components(bright, connectivity=8)
    said = cc3d.statistics(labels)
    if len(said["voxel_counts"]) - 1 > MOST_PIECES:
        return None
    glyphs = sorted(_glyphs(said), key=lambda g: g[0])
    for first in glyphs:
        row = [first]
        for other in glyphs:
            gap = other[0] - (row[-1][0] + row[-1][2])
            if -1 <= gap <= 2 * first[3] and _alike(first, other):
                row.append(other)
        if len(row) >= LEAST_GLYPHS:
            top = min(g[1] for g in row)
            right, below = max(g[0] + g[2] for g in row), max(g[1] + g[3] for g in row)
            return row[0][0], top, right - row[0][0], below - top
    return None


def _glyphs(said: Mapping[str, Any]) -> list[Box]:
    found = []
    for (rows, columns), count in zip(
        said["bounding_boxes"][1:], said["voxel_counts"][1:], strict=True
    ):
        height, width = rows.stop - rows.start, columns.stop - columns.start
        if (
            HEIGHT[0] <= height <= HEIGHT[1]
            and WIDTH[0] <= width <= WIDTH[1]
            and width <= 2 * height
            and (FILL[0] <= count / (height * width) <= FILL[1] or width <= height / 3)
        ):
            found.append((int(columns.start), int(rows.start), int(width), int(height)))
    return found


def _alike(one: Box, other: Box) -> bool:
    same_height = abs(one[3] - other[3]) <= 0.3 * one[3]
    return same_height and abs((one[1] + one[3]) - (other[1] + other[3])) <= 0.3 * one[3]


def sum_up(case: Case, said: Sequence[tuple[int, Box | None]]) -> Measured:
    """Return how many slices look as if text were burned in, after (0028,0301) has spoken.

    A header that says YES counts for its slice; one that says NO does not silence the pixels.
    """
    flagged = [i for i, h in enumerate(case.headers) if _says_yes(h.get("BurnedInAnnotation"))]
    seen = {number: box for number, box in said if box}
    if not said and not flagged:
        return not_applicable("no_pixels")
    places = [Place("burned_in_said", i) for i in flagged if i not in seen]
    places += [Place("text_like", number, box) for number, box in seen.items()]
    return Measured(
        value=float(len(places)),
        n=max(len(said), len(case.headers)),
        facts={"said": float(len(flagged)), "text_like": float(len(seen))},
        places=tuple(places[:MOST_PLACES]),
    )


def _says_yes(value: object) -> bool:
    return str(value or "").strip().upper() == "YES"


METRIC = Metric("burned_in", "count", SERIES, worse="high", look=text_line, sum_up=sum_up)
