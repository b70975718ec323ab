"""Pen on a slide: green, blue, red and black ink by its colour."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from renkei.select.case import Case
from renkei.select.colour import hsv
from renkei.select.metric import MOST_PLACES, SLIDES, Measured, Metric, Place, not_applicable
from renkei.select.tiles import Box, place_of

COLOURS = ("green", "blue", "red", "black")
LEAST_PIXELS = 60
DARK, PALE = 75, 60


def sum_up(case: Case, _said: Sequence[object]) -> Measured:
    """Return the share of the slide, in per cent, that is under ink, of any colour."""
    if case.slide is None:
        return not_applicable("no_slide")
    marks = ink(case.overview)
    boxes = sorted(
        ((*found, colour) for colour in COLOURS for found in _boxes(marks[colour])),
        key=lambda found: -found[0],
    )
    size = case.overview.shape
    return Measured(
        value=round(100 * float(np.any(list(marks.values()), axis=0).mean()), 4),
        n=size[0] * size[1],
        facts={colour: round(100 * float(marks[colour].mean()), 4) for colour in COLOURS},
        places=tuple(
            Place(f"pen_{colour}", box=place_of(size, case.slide, box))
            for _, box, colour in boxes[:MOST_PLACES]
        ),
    )


def ink(rgb: NDArray[np.uint8]) -> dict[str, NDArray[np.bool_]]:
    """Return where each colour of ink lies in RGB (y, x, 3) at about 8 µm per pixel.

    Marks are opened by 3 x 3 and larger than 60 px.
    """
    high, low = rgb.max(axis=2), rgb.min(axis=2)
    # Hue costs most and only dark or coloured pixels need it: a fifth of an ordinary slide.
    at = np.nonzero((high < DARK) | (high - low >= high.astype(np.uint16) * PALE // 255))
    marks = {}
    for colour, hits in _rules(rgb[at]).items():
        mask = np.zeros(high.shape, dtype=bool)
        mask[at[0][hits], at[1][hits]] = True
        marks[colour] = _large(mask)
    return marks


def _rules(pixels: NDArray[np.uint8]) -> dict[str, NDArray[np.bool_]]:
    hue, saturation, value = hsv(pixels)
    red, green, blue = pixels.astype(np.int16).T
    return {
        "green": (hue > 35) & (hue < 90) & (saturation > 60) & (value < 235),
        "blue": (hue > 95) & (hue < 128) & (saturation > 110) & (blue > red + 35),
        "red": ((hue < 8) | (hue > 172))
        & (saturation > 120)
        & (red > green + 60)
        & (red > blue + 45),
        "black": (value < DARK) & (saturation < 110),
    }


def _large(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if np.count_nonzero(mask) <= LEAST_PIXELS:
        return np.zeros_like(mask)
    import cc3d
    from scipy import ndimage

    opened = ndimage.binary_opening(mask, np.ones((3, 3), dtype=bool))
    pieces = cc3d.connected_components(opened, connectivity=8)
    large = np.bincount(pieces.ravel()) > LEAST_PIXELS
    large[0] = False
    kept: NDArray[np.bool_] = large[pieces]
    return kept


def _boxes(mask: NDArray[np.bool_]) -> list[tuple[int, Box]]:
    if not mask.any():
        return []
    import cc3d

    found = cc3d.statistics(cc3d.connected_components(mask, connectivity=8))
    boxes = []
    for count, box in zip(found["voxel_counts"][1:], found["bounding_boxes"][1:], strict=True):
        rows, columns = box[0], box[1]
        across, down = columns.stop - columns.start, rows.stop - rows.start
        boxes.append((int(count), (int(columns.start), int(rows.start), int(across), int(down))))
    return boxes


METRIC = Metric("slide_pen", "%", SLIDES, worse="high", sum_up=sum_up)
